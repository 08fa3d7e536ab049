using System.Collections.Immutable;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// An immutable set of Unicode code points (0 to 0x10FFFF) as sorted ranges that neither overlap nor touch. As in RE2
/// the surrogates are members of a negated set, although no valid input holds one.
/// </summary>
internal sealed class CodePointSet
{
    public const int MaxCodePoint = 0x10FFFF;

    public static readonly CodePointSet All = Of(0, MaxCodePoint);

    private CodePointSet(ImmutableArray<CodePointRange> ranges) => Ranges = ranges;

    public ImmutableArray<CodePointRange> Ranges { get; }

    public bool IsEmpty => Ranges.IsEmpty;

    public static CodePointSet Of(int codePoint) => Of(codePoint, codePoint);

    public static CodePointSet Of(int first, int last) => new([new CodePointRange(first, last)]);

    /// <summary>The union of ranges in any order.</summary>
    public static CodePointSet Of(IEnumerable<CodePointRange> ranges)
    {
        var sorted = ranges.OrderBy(range => range.First);
        var merged = ImmutableArray.CreateBuilder<CodePointRange>();
        foreach (var range in sorted)
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = merged[^1] with { Last = Math.Max(merged[^1].Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return new CodePointSet(merged.ToImmutable());
    }

    public CodePointSet Complement()
    {
        var gaps = ImmutableArray.CreateBuilder<CodePointRange>();
        var next = 0;
        foreach (var range in Ranges)
        {
            if (range.First > next)
            {
                gaps.Add(new CodePointRange(next, range.First - 1));
            }

            next = range.Last + 1;
        }

        if (next <= MaxCodePoint)
        {
            gaps.Add(new CodePointRange(next, MaxCodePoint));
        }

        return new CodePointSet(gaps.ToImmutable());
    }

    public bool Contains(int codePoint)
    {
        int low = 0, high = Ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < Ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (codePoint > Ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
