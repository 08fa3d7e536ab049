namespace Jumpgate.Kafka.Messages;

/// <summary>Versions of an API; both ends belong to it.</summary>
internal readonly record struct VersionRange(short First, short Last)
{
    public static readonly VersionRange All = new(0, short.MaxValue);
    public static readonly VersionRange None = new(1, 0);

    public bool Contains(short version) => version >= First && version <= Last;

    /// <summary><c>3+</c>, <c>0-2</c>, <c>5</c> or <c>none</c>.</summary>
    public static VersionRange Parse(ReadOnlySpan<char> text)
    {
        if (text is "none")
        {
            return None;
        }

        if (text[^1] == '+')
        {
            return new VersionRange(short.Parse(text[..^1]), short.MaxValue);
        }

        var dash = text.IndexOf('-');
        return dash < 0
            ? new VersionRange(short.Parse(text), short.Parse(text))
            : new VersionRange(short.Parse(text[..dash]), short.Parse(text[(dash + 1)..]));
    }
}
