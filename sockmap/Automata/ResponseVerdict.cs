namespace Jumpgate.Sockmap.Automata;

/// <summary>How a response's body ends.</summary>
public enum ResponseFraming
{
    /// <summary>The proxy may know.</summary>
    Unknown,
    Length,
    Chunked,
}

/// <summary>What the table says of a response's head; the default is "don't know".</summary>
/// <param name="HeadLength">Bytes, the empty line included.</param>
/// <param name="BodyLength">Bytes that follow; of a chunked one nobody knows.</param>
public readonly record struct ResponseVerdict(ResponseFraming Framing, int HeadLength, uint BodyLength);
