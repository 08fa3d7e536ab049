using System.Collections.Immutable;
using System.Text;

namespace Jumpgate.Sockmap.Automata;

/// <summary>A regular language of whole inputs, over bytes.</summary>
public abstract record Language
{
    private Language()
    {
    }

    /// <summary>The empty input.</summary>
    public sealed record Nothing : Language;

    /// <summary>One byte of a set; an empty set matches nothing at all.</summary>
    public sealed record Bytes(ByteSet Set) : Language;

    public sealed record Sequence(ImmutableArray<Language> Parts) : Language;

    public sealed record Choice(ImmutableArray<Language> Parts) : Language;

    /// <summary>At least <paramref name="Min"/> times, at most <paramref name="Max"/>; null is without limit.</summary>
    public sealed record Repeat(Language Part, int Min, int? Max) : Language;

    /// <summary>Matches only where nothing of the input precedes.</summary>
    public sealed record Begin : Language;

    /// <summary>Matches only where nothing of the input follows.</summary>
    public sealed record End : Language;

    /// <summary>Exactly these ASCII characters.</summary>
    public static Language Literal(string text) =>
        new Sequence([.. Encoding.ASCII.GetBytes(text).Select(b => new Bytes(ByteSet.Of(b)))]);

    /// <summary>These ASCII characters, letters in either case.</summary>
    public static Language LiteralIgnoreCase(string text) =>
        new Sequence([.. text.Select(c => new Bytes(
            ByteSet.Of((byte)char.ToLowerInvariant(c)) | ByteSet.Of((byte)char.ToUpperInvariant(c))))]);
}
