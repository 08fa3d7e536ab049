using System.Text;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>A cursor over a pattern without unpaired surrogates, and the first thing found wrong with it.</summary>
internal sealed class PatternReader(string text)
{
    public string Text { get; } = text;

    public int Position { get; set; }

    public Re2Error? Error { get; private set; }

    public bool AtEnd => Position >= Text.Length;

    public bool StartsWith(string value) => StartsWith(Position, value);

    public bool StartsWith(int position, string value) =>
        string.CompareOrdinal(Text, position, value, 0, value.Length) == 0;

    public bool TrySkip(char expected)
    {
        if (AtEnd || Text[Position] != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool TrySkip(string expected)
    {
        if (!StartsWith(expected))
        {
            return false;
        }

        Position += expected.Length;
        return true;
    }

    /// <summary>The next code point; not to be called at the end.</summary>
    public int ReadCodePoint()
    {
        var rune = Rune.GetRuneAt(Text, Position);
        Position += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>What has been read since <paramref name="start"/>.</summary>
    public string Since(int start) => Text[start..Position];

    /// <returns>Always false, for <c>return reader.Fail(...)</c>.</returns>
    public bool Fail(int position, string reason)
    {
        Error ??= new Re2Error(position, reason);
        return false;
    }
}
