using System.Collections.Immutable;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Expressions;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Http.Rules;

/// <summary>One HTTP rule, ready to be asked. Conditions are ANDed; absent ones hold.</summary>
internal sealed class CompiledHttpRule
{
    private readonly Re2Expression? _method;
    private readonly Re2Expression? _path;
    private readonly Re2Expression? _host;
    private readonly ImmutableArray<HeaderRequirement> _headers;
    private readonly ImmutableArray<HeaderExpectation> _expectations;

    private CompiledHttpRule(RuleReference reference, HttpRule? rule, ImmutableArray<HeaderExpectation> expectations)
    {
        Reference = reference;
        _method = rule?.Method;
        _path = rule?.Path;
        _host = rule?.Host;
        _headers = rule?.Headers ?? [];
        _expectations = expectations;
    }

    public RuleReference Reference { get; }

    /// <summary>Header actions make every matching rule count, not only the first.</summary>
    public bool HasExpectations => !_expectations.IsEmpty;

    public Re2Expression? Method => _method;

    public Re2Expression? Path => _path;

    public Re2Expression? Host => _host;

    public ImmutableArray<HeaderRequirement> Headers => _headers;

    /// <summary>As their author wrote them, for compilers to other machines.</summary>
    public IEnumerable<HeaderMatch> HeaderMatches => _expectations.Select(e => e.Match);

    public static CompiledHttpRule Create(RuleReference reference, HttpRule rule, ISecretSource secrets) =>
        new(reference, rule, [.. rule.HeaderMatches.Select(m => HeaderExpectation.Create(m, secrets))]);

    /// <summary>What <c>http: []</c> means.</summary>
    public static CompiledHttpRule AllowAll(RuleReference reference) => new(reference, null, []);

    /// <summary>
    /// Whether the rule allows the request; its header actions run (into <paramref name="actions"/>) only then.
    /// </summary>
    public bool Allows(in HttpRequestView request, ref HeaderActions? actions)
    {
        if (!MatchesMethod(request.Method)
            || (_path is not null && !_path.IsMatch(request.Target))
            || (_host is not null && !_host.IsMatch(request.Authority)))
        {
            return false;
        }

        foreach (var header in _headers)
        {
            // Authors of policies mean values exactly: no case folding, no trimming here.
            if (!request.Headers.TryGet(header.Name, out var value)
                || (header.Value is not null && header.Value != value))
            {
                return false;
            }
        }

        var mismatches = false;
        foreach (var expectation in _expectations)
        {
            if (!expectation.Allows(request.Headers, out var mismatch))
            {
                return false;
            }

            mismatches |= mismatch;
        }

        if (mismatches)
        {
            RunActions(request, actions ??= new HeaderActions());
        }

        return true;
    }

    /// <summary>
    /// CONNECT opens a tunnel in which no rule is asked any more, so that a rule has to speak of the method to grant
    /// it.
    /// </summary>
    private bool MatchesMethod(ReadOnlySpan<char> method) =>
        _method is null ? !method.SequenceEqual("CONNECT") : _method.IsMatch(method);

    private void RunActions(in HttpRequestView request, HeaderActions actions)
    {
        foreach (var expectation in _expectations)
        {
            expectation.Allows(request.Headers, out var mismatch);
            if (mismatch)
            {
                expectation.Act(request.Headers, actions);
            }
        }
    }
}
