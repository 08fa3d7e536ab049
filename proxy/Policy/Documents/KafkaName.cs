namespace Jumpgate.Policy.Documents;

/// <summary>
/// A topic, group or transactional id: exact, or (written with a trailing <c>*</c>) all that begin so.
/// </summary>
public readonly record struct KafkaName(string Text, bool IsPrefix)
{
    /// <summary>Matches every name there is.</summary>
    public bool IsEvery => IsPrefix && Text.Length == 0;

    /// <summary>The meaning of what a document has.</summary>
    public static KafkaName Parse(string written) =>
        written.EndsWith('*') ? new KafkaName(written[..^1], true) : new KafkaName(written, false);

    public bool Matches(string name) =>
        IsPrefix ? name.StartsWith(Text, StringComparison.Ordinal)
            : string.Equals(name, Text, StringComparison.Ordinal);

    /// <summary>Whatever <paramref name="other"/> matches, this one does.</summary>
    public bool Covers(KafkaName other) => IsPrefix ? Matches(other.Text) : this == other;

    /// <summary>As documents write it.</summary>
    public override string ToString() => IsPrefix ? Text + "*" : Text;
}
