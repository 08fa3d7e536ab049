using System.Collections.Immutable;
using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Http.Rules;

/// <summary>
/// Finds the rules whose path could match a target by the characters it begins with, so that the cost of a decision is
/// that of the rules that come into question, and not of all.
/// </summary>
internal sealed class RuleIndex
{
    private const int Smallest = 8;

    private readonly Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _byPrefix;
    private readonly int[] _lengths;
    private readonly bool _isUseful;

    public RuleIndex(ImmutableArray<CompiledHttpRule> rules)
    {
        var byPrefix = rules.Select((rule, order) => (Prefix: LiteralPrefix.Of(rule.Path), Order: order))
            .GroupBy(rule => rule.Prefix)
            .ToDictionary(
                group => group.Key, group => group.Select(rule => rule.Order).ToArray(), StringComparer.Ordinal);
        _byPrefix = byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. byPrefix.Keys.Select(prefix => prefix.Length).Distinct().Order()];
        _isUseful = rules.Length > Smallest && byPrefix.Count > 1;
    }

    /// <summary>Rules in question, in document order; null: all of them are.</summary>
    public List<int>? Candidates(ReadOnlySpan<char> target)
    {
        if (!_isUseful)
        {
            return null;
        }

        var found = new List<int>();
        foreach (var length in _lengths)
        {
            if (length > target.Length)
            {
                break;
            }

            if (_byPrefix.TryGetValue(target[..length], out var rules))
            {
                found.AddRange(rules);
            }
        }

        found.Sort();
        return found;
    }
}
