using System.Collections.Immutable;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Expressions;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Http.Rules;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>Rule sets out of a pool of patterns that meet the requests of <see cref="RandomRequests"/>.</summary>
internal sealed class RandomRules(Random random)
{
    private static readonly string?[] Methods =
        [null, null, "GET", "GET", "POST|PUT", "P.*", ".*", "[A-Z]+", "HEAD", "get", "CONNECT|GET", "^GET$", "(?i)get"];

    private static readonly string?[] Paths =
    [
        null, "/", "/v1/.*", "/v1/.*", "^/v1/[a-z]+$", "/a(b|c)*d", "/x\\.y", "/q\\?.*", ".*", "/.{0,3}", "(?i)/ABC",
        "/v1/items/[0-9]{1,3}", "/v1//?.*", "\\b/v1.*", ".*\\bitems.*", "/[^/]*", "/v1(/[a-z]+){1,3}",
        "/.*\\..*", ".*=1$",
        "(/v1|/v2)/.*", "/v1/items", "/(?:a+|)+", "[[:print:]]*", "/v1$/.*", "/\\x61.*", "/v1/.*|/x\\.y",
    ];

    private static readonly string?[] Hosts =
        [null, null, null, "a\\.test", "a\\.test(:80)?", ".*", "[a-z.]+", "A\\.TEST", "b\\.test.*", "(?i)a\\.TEST"];

    private static readonly (string Name, string? Value)[] Headers =
    [
        ("X-A", "1"), ("X-A", "2"), ("X-A", null), ("x-b", "yes no"), ("X-B", null), ("X-Forwarded-For", "10.0.0.1"),
        ("Host", "a.test"), ("TE", null), ("Content-Length", "3"), ("X-A", "\u00e9"), ("X-AB", ""),
        ("Connection", null),
    ];

    private static readonly PolicyDocument Document = new()
    {
        Location = new SourceLocation("rules.yaml", 0),
        Clusterwide = true,
        Namespace = null,
        Name = "fuzz",
        Rules = [],
    };

    public ConnectionPolicy Next()
    {
        var sides = random.Next(10);
        return new ConnectionPolicy(1, Side(sides < 3), Side(sides != 0));
    }

    private L4Decision Side(bool asked) =>
        asked ? new L4Decision(L4Verdict.Redirect, null, Http: Set()) : new L4Decision(L4Verdict.Allow, null);

    private HttpRuleSet Set()
    {
        var rules = Enumerable.Range(1, random.Next(1, 6)).Select(line => Rule(line)).ToImmutableArray();
        var unmatched = random.Next(20) == 0 ? HttpVerdict.Allowed : HttpVerdict.Denied;
        return new HttpRuleSet(rules, unmatched, unmatched == HttpVerdict.Allowed ? Reference(99) : null);
    }

    private CompiledHttpRule Rule(int line) => random.Next(30) == 0
        ? CompiledHttpRule.AllowAll(Reference(line))
        : CompiledHttpRule.Create(
            Reference(line),
            new HttpRule
            {
                Location = new SourceLocation("rules.yaml", line),
                Method = Expression(Pick(Methods)),
                Path = Expression(Pick(Paths)),
                Host = Expression(Pick(Hosts)),
                Headers = [.. Enumerable.Range(0, Math.Max(0, random.Next(5) - 2)).Select(_ => Pick(Headers))
                    .Select(h => new HeaderRequirement(h.Name, h.Value))],
                HeaderMatches = random.Next(15) > 0 ? [] :
                [
                    new HeaderMatch
                    {
                        Location = new SourceLocation("rules.yaml", line),
                        Name = "X-A",
                        Value = "1",
                        Mismatch = random.Next(2) == 0 ? null : MismatchAction.Add,
                    },
                ],
            },
            new NoSecrets());

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    public static RuleReference Reference(int line) => new(Document, new SourceLocation("rules.yaml", line));

    private static Re2Expression? Expression(string? pattern) => pattern is null ? null
        : Re2Compiler.TryCompile(pattern, out var expression, out var error) ? expression
        : throw new ArgumentException(error.ToString(), nameof(pattern));

    private sealed class NoSecrets : ISecretSource
    {
        public string? TryRead(SecretReference secret) => null;
    }
}
