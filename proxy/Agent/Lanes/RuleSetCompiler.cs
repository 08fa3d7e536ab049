using System.Collections.Immutable;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Http.Rules;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Agent.Lanes;

/// <summary>Turns the rules of a connection into the kernel's table, as far as the kernel can be certain.</summary>
internal static class RuleSetCompiler
{
    /// <summary>Bytes of one rule set's table.</summary>
    private const int SizeLimit = 6 * 1024 * 1024;

    /// <summary>The table that frames responses.</summary>
    public static byte[] Responses { get; } = [.. AutomatonCompiler.CompileResponses()];

    public static AutomatonTable Compile(ConnectionPolicy policy)
    {
        if (policy.HasKafkaRules)
        {
            return new AutomatonTable(null, "Kafka is decided in the proxy: lanes are for HTTP/1.1", []);
        }

        if (policy.IsDropped)
        {
            return new AutomatonTable(null, "the connection itself is not allowed", []);
        }

        if (policy.Egress.Audit || policy.Ingress.Audit)
        {
            return new AutomatonTable(null, "a document in audit mode is to record every request", []);
        }

        var compiled = AutomatonCompiler.Compile(Translate(policy), SizeLimit);
        return new AutomatonTable(
            compiled.Table, compiled.Reason, [.. Names(policy.Egress.Http), .. Names(policy.Ingress.Http)]);
    }

    /// <summary>In the order of <see cref="Translate(HttpRuleSet?, ExpressionTranslator)"/>.</summary>
    private static IEnumerable<RuleReference?> Names(HttpRuleSet? set) =>
        set is null ? []
            : [.. set.Rules.Select(rule => rule.Reference), .. IsOpen(set) ? (RuleReference?[])[null] : []];

    private static bool IsOpen(HttpRuleSet set) => set.Unmatched == HttpVerdict.Allowed;

    internal static HeadRules Translate(ConnectionPolicy policy)
    {
        var expressions = new ExpressionTranslator();
        return new HeadRules(Translate(policy.Egress.Http, expressions), Translate(policy.Ingress.Http, expressions));
    }

    private static ImmutableArray<HeadRule>? Translate(HttpRuleSet? set, ExpressionTranslator expressions)
    {
        if (set is null)
        {
            return null;
        }

        var rules = set.Rules.Select(rule => Translate(rule, expressions));
        // What nothing denies that it does not name: one more rule without conditions.
        return [.. rules, .. IsOpen(set) ? (HeadRule[])[new HeadRule()] : []];
    }

    private static HeadRule Translate(CompiledHttpRule rule, ExpressionTranslator expressions)
    {
        var method = expressions.Translate(rule.Method, out var methodIs);
        var path = expressions.Translate(rule.Path, out var pathIs);
        var host = expressions.Translate(rule.Host, out var hostIs);
        return new HeadRule
        {
            Method = method,
            Path = path,
            Host = host,
            Headers = [.. rule.Headers.Select(header => new HeadHeader(header.Name, header.Value))],
            Undecidable = rule.HasExpectations ? "headerMatches are the proxy's"
                : methodIs && pathIs && hostIs ? null : "a word boundary (\\b or \\B)",
        };
    }
}
