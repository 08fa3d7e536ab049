using System.Collections.Immutable;
using System.Text;

namespace Jumpgate.Sockmap.Automata;

/// <summary>
/// Both directions' rules in one numbering, egress first, and what a set of rules that are still possible leaves open.
/// </summary>
internal sealed class RulePool
{
    private const int MaxAlternatives = 32;

    private readonly HeadRules _rules;
    private readonly HeadRule[] _all;
    private readonly int _egress;
    private readonly ulong?[] _facts;

    public RulePool(HeadRules rules, FactTable facts)
    {
        _rules = rules;
        _egress = rules.Egress?.Length ?? 0;
        _all = [.. rules.Egress ?? [], .. rules.Ingress ?? []];
        _facts = [.. _all.Select(rule => IsDecidable(rule) ? facts.Add(rule) : null)];
    }

    public int Count => _all.Length;

    public HeadRule this[int rule] => _all[rule];

    /// <summary>Rules that the kernel leaves to user space, with the reason.</summary>
    public IEnumerable<(int Rule, string Reason)> Undecidable() =>
        Enumerable.Range(0, Count).Where(rule => _facts[rule] is null).Select(rule => (rule, _all[rule].Undecidable
            ?? (IsDecidable(_all[rule])
                ? "more conditions on hosts and headers than the kernel keeps apart"
                : "a condition on a header that frames or routes the message")));

    /// <summary>Null: "don't know", whatever the headers say.</summary>
    /// <param name="alive">Rules whose conditions on the request line hold, in ascending order.</param>
    public RuleClass? Classify(ReadOnlySpan<int> alive, uint method)
    {
        foreach (var rule in alive)
        {
            // It may want something done that only user space does: nothing is known before it has been asked.
            if (_facts[rule] is null)
            {
                return null;
            }
        }

        var split = 0;
        while (split < alive.Length && alive[split] < _egress)
        {
            split++;
        }

        var egress = _rules.Egress is null ? Unasked : Alternatives(alive[..split]);
        var ingress = _rules.Ingress is null ? Unasked : Alternatives(alive[split..]);
        return egress.IsEmpty || ingress.IsEmpty ? null : new RuleClass(egress, ingress, method);
    }

    private static readonly ImmutableArray<Alternative> Unasked = [new(0, Alternative.NoRule)];

    /// <summary>In document order, without those that an earlier one makes superfluous.</summary>
    private ImmutableArray<Alternative> Alternatives(ReadOnlySpan<int> rules)
    {
        var result = ImmutableArray.CreateBuilder<Alternative>();
        foreach (var rule in rules)
        {
            var facts = _facts[rule]!.Value;
            if (result.Count < MaxAlternatives && !result.Any(earlier => (earlier.Facts & facts) == earlier.Facts))
            {
                result.Add(new Alternative(facts, (uint)rule));
            }
        }

        return result.ToImmutable();
    }

    private static bool IsDecidable(HeadRule rule) =>
        rule.Undecidable is null && rule.Headers.All(header =>
            !IsSpecial(header.Name.ToLowerInvariant()) && Ascii.IsValid(header.Name) && IsPlain(header.Value));

    /// <summary>What can arrive in a canonical head as written.</summary>
    private static bool IsPlain(string? value) =>
        value is null || (Ascii.IsValid(value) && value.Trim() == value);

    private static bool IsSpecial(string name) => name is Grammar.Host or Grammar.ContentLength or Grammar.Connection
        || Grammar.LeftToProxy.Contains(name, StringComparer.Ordinal);
}
