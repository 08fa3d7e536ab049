using System.Collections.Frozen;
using System.Globalization;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// Unicode's general categories by RE2's names (<c>L</c>, <c>Lu</c>, ...), in the Unicode version of the runtime. RE2
/// has no name for unassigned code points (Cn), and its <c>C</c> leaves them out.
/// </summary>
internal static class UnicodeCategories
{
    // In the order of UnicodeCategory.
    private static readonly string[] _names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf",
            "Cs", "Co", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
    ];

    // A pass over all code points takes milliseconds: only for policies that ask.
    private static readonly Lazy<FrozenDictionary<string, CodePointSet>> _sets = new(Build);

    /// <returns>Null where RE2 has no general category of that name.</returns>
    public static CodePointSet? Find(string name) =>
        name == "Any" ? CodePointSet.All : _sets.Value.GetValueOrDefault(name);

    private static FrozenDictionary<string, CodePointSet> Build()
    {
        var ranges = new Dictionary<string, List<CodePointRange>>();
        var start = 0;
        for (var next = 1; next <= CodePointSet.MaxCodePoint + 1; next++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(start);
            if (next <= CodePointSet.MaxCodePoint && CharUnicodeInfo.GetUnicodeCategory(next) == category)
            {
                continue;
            }

            if (category != UnicodeCategory.OtherNotAssigned)
            {
                var name = _names[(int)category];
                Add(ranges, name, new CodePointRange(start, next - 1));
                Add(ranges, name[..1], new CodePointRange(start, next - 1));
            }

            start = next;
        }

        return ranges.ToFrozenDictionary(entry => entry.Key, entry => CodePointSet.Of(entry.Value));
    }

    private static void Add(Dictionary<string, List<CodePointRange>> ranges, string name, CodePointRange range)
    {
        if (!ranges.TryGetValue(name, out var list))
        {
            ranges.Add(name, list = []);
        }

        list.Add(range);
    }
}
