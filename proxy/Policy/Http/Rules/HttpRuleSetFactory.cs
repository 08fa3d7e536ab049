using System.Collections.Immutable;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Http.Rules;

/// <summary>Compiles HTTP rules once per atom and unites them once per combination. Not thread-safe.</summary>
internal sealed class HttpRuleSetFactory
{
    private readonly Dictionary<int, ImmutableArray<CompiledHttpRule>> _rules = [];
    private readonly Dictionary<string, HttpRuleSet> _sets = [];

    /// <summary>Reads every secret now, so that a decision never waits for a file.</summary>
    public HttpRuleSetFactory(IEnumerable<PolicyAtom> atoms, ISecretSource secrets)
    {
        foreach (var atom in atoms)
        {
            if (atom is { HasHttp: true, Deny: false })
            {
                _rules.Add(atom.Order, Compile(atom, secrets));
            }
        }
    }

    /// <summary>
    /// What a request that matches no rule gets: Allowed where a rule with <c>enableDefaultDeny: false</c> is among the
    /// atoms (it denies nothing, CONNECT included, since the port would be open without it); else Denied where an
    /// enforced document has the subject in default deny, which no audit document's rules excuse; else Audit, since
    /// only audit documents restrict then.
    /// </summary>
    public HttpRuleSet Unite(List<PolicyAtom> atoms, bool enforcedDefaultDeny)
    {
        var key = $"{enforcedDefaultDeny}:{string.Join(',', atoms.Select(a => a.Order))}";
        if (_sets.TryGetValue(key, out var set))
        {
            return set;
        }

        var opening = atoms.Find(a => a.OpensRest);
        var (verdict, rule) = opening is not null ? (HttpVerdict.Allowed, opening.Rule)
            : enforcedDefaultDeny ? (HttpVerdict.Denied, null)
            : (HttpVerdict.Audit, (RuleReference?)atoms[0].Rule);
        set = new HttpRuleSet([.. atoms.SelectMany(a => _rules[a.Order])], verdict, rule);
        _sets.Add(key, set);
        return set;
    }

    private static ImmutableArray<CompiledHttpRule> Compile(PolicyAtom atom, ISecretSource secrets)
    {
        var rules = atom.Ports!.Http!.Value;
        return rules.IsEmpty
            ? [CompiledHttpRule.AllowAll(atom.Rule)]
            : [.. rules.Select(r => CompiledHttpRule.Create(atom.Rule with { Location = r.Location }, r, secrets))];
    }
}
