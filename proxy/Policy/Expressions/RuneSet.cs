using System.Collections.Immutable;
using System.Globalization;

namespace Jumpgate.Policy.Expressions;

/// <summary>Builds a set of code points.</summary>
internal sealed class RuneSet
{
    public const int Last = 0x10ffff;

    private readonly List<RuneRange> _ranges = [];

    public static RuneSet Of(params ReadOnlySpan<RuneRange> ranges)
    {
        var set = new RuneSet();
        set._ranges.AddRange(ranges);
        return set;
    }

    public RuneSet Add(int first, int last)
    {
        _ranges.Add(new RuneRange(first, last));
        return this;
    }

    public RuneSet Add(RuneSet other)
    {
        _ranges.AddRange(other._ranges);
        return this;
    }

    /// <summary>Adds the other case of what is in the set. Inputs are ASCII, so only folds that reach ASCII matter, but for the
    /// two that come from outside it: the Kelvin sign and the long s.</summary>
    public RuneSet FoldCase()
    {
        foreach (var range in Normalize())
        {
            Shift(range, 'a', 'z', -32);
            Shift(range, 'A', 'Z', 32);
            if (Contains(range, 0x212a))
            {
                Add('k', 'k').Add('K', 'K');
            }

            if (Contains(range, 0x17f))
            {
                Add('s', 's').Add('S', 'S');
            }
        }

        return this;
    }

    public RuneSet Negate()
    {
        var result = new RuneSet();
        var next = 0;
        foreach (var range in Normalize())
        {
            if (range.First > next)
            {
                result.Add(next, range.First - 1);
            }

            next = range.Last + 1;
        }

        if (next <= Last)
        {
            result.Add(next, Last);
        }

        return result;
    }

    /// <summary>Sorted, without overlaps.</summary>
    public ImmutableArray<RuneRange> Normalize()
    {
        var result = ImmutableArray.CreateBuilder<RuneRange>();
        foreach (var range in _ranges.OrderBy(r => r.First))
        {
            if (result.Count > 0 && range.First <= result[^1].Last + 1)
            {
                result[^1] = new RuneRange(result[^1].First, Math.Max(result[^1].Last, range.Last));
            }
            else
            {
                result.Add(range);
            }
        }

        return result.DrainToImmutable();
    }

    /// <summary>Code points of the general categories whose two-letter name begins with <paramref name="name"/>.</summary>
    public static RuneSet? OfCategory(string name)
    {
        if (name == "Any")
        {
            return Of(new RuneRange(0, Last));
        }

        var set = new RuneSet();
        var known = false;
        for (var i = 0; i < CategoryNames.Length; i++)
        {
            known |= CategoryNames[i].StartsWith(name, StringComparison.Ordinal);
        }

        if (!known || name.Length is 0 or > 2)
        {
            return null;
        }

        for (var c = 0; c <= char.MaxValue; c++)
        {
            if (CategoryNames[(int)CharUnicodeInfo.GetUnicodeCategory((char)c)].StartsWith(name, StringComparison.Ordinal))
            {
                set.Add(c, c);
            }
        }

        return Of([.. set.Normalize()]);
    }

    private static readonly string[] CategoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static bool Contains(RuneRange range, int rune) => range.First <= rune && rune <= range.Last;

    private void Shift(RuneRange range, int first, int last, int by)
    {
        var from = Math.Max(range.First, first);
        var to = Math.Min(range.Last, last);
        if (from <= to)
        {
            Add(from + by, to + by);
        }
    }
}
