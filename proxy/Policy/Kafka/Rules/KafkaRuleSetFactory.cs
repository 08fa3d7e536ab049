using System.Collections.Immutable;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>Compiles Kafka rules once per atom and unites them once per combination. Not thread-safe.</summary>
internal sealed class KafkaRuleSetFactory
{
    private readonly Dictionary<int, ImmutableArray<CompiledKafkaRule>> _rules = [];
    private readonly Dictionary<string, KafkaRuleSet> _sets = [];

    public KafkaRuleSetFactory(IEnumerable<PolicyAtom> atoms)
    {
        foreach (var atom in atoms)
        {
            if (atom is { HasKafka: true, Deny: false })
            {
                _rules.Add(atom.Order, Compile(atom));
            }
        }
    }

    /// <summary>
    /// What a request that the rules do not cover gets, as for HTTP (<see cref="Http.Rules.HttpRuleSetFactory"/>):
    /// Allowed where a rule with <c>enableDefaultDeny: false</c> is among the atoms, else Denied where an enforced
    /// document has the subject in default deny, else Audit. One document that asks for replies per topic is enough,
    /// since none of the topics that are forwarded then is one that the others deny.
    /// </summary>
    public KafkaRuleSet Unite(List<PolicyAtom> atoms, bool enforcedDefaultDeny)
    {
        var key = $"{enforcedDefaultDeny}:{string.Join(',', atoms.Select(a => a.Order))}";
        if (_sets.TryGetValue(key, out var set))
        {
            return set;
        }

        var opening = atoms.Find(a => a.OpensRest);
        var (verdict, rule) = opening is not null ? (KafkaVerdict.Allowed, opening.Rule)
            : enforcedDefaultDeny ? (KafkaVerdict.Denied, null)
            : (KafkaVerdict.Audit, (RuleReference?)atoms[0].Rule);
        set = new KafkaRuleSet(
            [.. atoms.SelectMany(a => _rules[a.Order])], verdict, rule,
            atoms.Exists(a => a.Rule.Document.KafkaPerTopic));
        _sets.Add(key, set);
        return set;
    }

    private static ImmutableArray<CompiledKafkaRule> Compile(PolicyAtom atom)
    {
        var rules = atom.Ports!.Kafka!.Value;
        return rules.IsEmpty
            ? [new CompiledKafkaRule(atom.Rule, null)]
            : [.. rules.Select(r => new CompiledKafkaRule(atom.Rule with { Location = r.Location }, r))];
    }
}
