using System.Text;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// Unicode simple case folding as RE2's (?i) applies it: all code points that fold to the same one are equal, so
/// <c>(?i)k</c> matches k, K and the Kelvin sign. The relation is the closure of the runtime's simple upper and lower
/// case mappings.
/// </summary>
internal static class SimpleCaseFolding
{
    // The last cased script of today (Adlam, U+1E900) is far below.
    private const int LastCased = 0x1FFFF;

    // These cross from Unicode into ASCII, where a policy could be fooled: written down rather than left to the
    // runtime's tables, whose invariant mappings have kept some letters out of ASCII.
    private static readonly (int, int)[] _known = [('K', 0x212A), ('S', 0x17F), (0xE5, 0x212B), (0x3BC, 0xB5)];

    private static readonly Lazy<Table> _table = new(Build);

    /// <summary>The set and everything that is equal to a member but for case.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var (members, orbits) = _table.Value;
        var closed = new List<CodePointRange>(set.Ranges);
        foreach (var range in set.Ranges)
        {
            var index = Array.BinarySearch(members, range.First);
            for (index = index < 0 ? ~index : index; index < members.Length && members[index] <= range.Last; index++)
            {
                closed.AddRange(orbits[index].Select(codePoint => new CodePointRange(codePoint, codePoint)));
            }
        }

        return CodePointSet.Of(closed);
    }

    private static Table Build()
    {
        var orbits = new Dictionary<int, HashSet<int>>();
        foreach (var (left, right) in _known)
        {
            Join(orbits, left, right);
        }

        for (var codePoint = 0; codePoint <= LastCased; codePoint++)
        {
            if (Rune.IsValid(codePoint))
            {
                var rune = new Rune(codePoint);
                Join(orbits, codePoint, Rune.ToUpperInvariant(rune).Value);
                Join(orbits, codePoint, Rune.ToLowerInvariant(rune).Value);
            }
        }

        var members = orbits.Keys.Order().ToArray();
        return new Table(members, [.. members.Select(member => orbits[member].ToArray())]);
    }

    private static void Join(Dictionary<int, HashSet<int>> orbits, int left, int right)
    {
        if (left == right)
        {
            return;
        }

        var joined = new HashSet<int> { left, right };
        joined.UnionWith(orbits.GetValueOrDefault(left) ?? []);
        joined.UnionWith(orbits.GetValueOrDefault(right) ?? []);
        foreach (var member in joined)
        {
            orbits[member] = joined;
        }
    }

    /// <param name="Members">Every code point that has another case, sorted.</param>
    /// <param name="Orbits">For each member, all that are equal to it but for case.</param>
    private sealed record Table(int[] Members, int[][] Orbits);
}
