using System.Collections.Immutable;
using Jumpgate.Policy.Http.Rules;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Http;

/// <summary>
/// The united HTTP rules of one (subject, peer, port, direction). Immutable, shared between connections.
/// </summary>
/// <remarks>
/// A request is allowed where one rule allows it; the first such rule in document order is the one named. As in Cilium,
/// the header actions of every rule that allows the request run, in document order and each once; each rule judges the
/// request as it came, not as an earlier rule's actions leave it. A rule that fails has no effect.
/// </remarks>
public sealed class HttpRuleSet
{
    private readonly ImmutableArray<CompiledHttpRule> _rules;
    private readonly RuleIndex _index;
    private readonly bool _hasExpectations;
    private readonly HttpDecision _unmatched;

    /// <param name="rules">In document order.</param>
    /// <param name="unmatched">What becomes of a request that no rule allows.</param>
    /// <param name="unmatchedRule">Audit: the rule that failed. Allowed: the rule that denies nothing it does not
    /// name.</param>
    internal HttpRuleSet(ImmutableArray<CompiledHttpRule> rules, HttpVerdict unmatched, RuleReference? unmatchedRule)
    {
        _rules = rules;
        _index = new RuleIndex(rules);
        _hasExpectations = rules.Any(r => r.HasExpectations);
        _unmatched = new HttpDecision(unmatched, unmatchedRule, [], []);
    }

    /// <summary>In document order, for compilers to other machines.</summary>
    internal ImmutableArray<CompiledHttpRule> Rules => _rules;

    /// <summary>What becomes of a request that no rule allows.</summary>
    internal HttpVerdict Unmatched => _unmatched.Verdict;

    /// <summary>The rule that decides then; null where they are denied.</summary>
    internal RuleReference? UnmatchedRule => _unmatched.Rule;

    /// <summary>Small sets do not allocate unless a header action runs.</summary>
    public HttpDecision Decide(in HttpRequestView request)
    {
        RuleReference? first = null;
        HeaderActions? actions = null;
        var candidates = _index.Candidates(request.Target);
        for (var i = 0; i < (candidates?.Count ?? _rules.Length); i++)
        {
            var rule = _rules[candidates?[i] ?? i];
            if (rule.Allows(request, ref actions))
            {
                first ??= rule.Reference;
                if (!_hasExpectations)
                {
                    break;
                }
            }
        }

        return first is null
            ? _unmatched
            : new HttpDecision(HttpVerdict.Allowed, first, actions?.Mutations ?? [], actions?.Mismatches ?? []);
    }
}
