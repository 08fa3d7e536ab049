namespace Jumpgate.Connections;

/// <summary>
/// What comes next in a chunked body (RFC 9112 section 7.1); always the beginning of a line, or data.
/// </summary>
public enum ChunkPart
{
    /// <summary>It has not begun, or there is none.</summary>
    None,
    Size,
    Data,
    /// <summary>The line end behind a chunk's data.</summary>
    DataEnd,
    /// <summary>What follows the last chunk's line: trailers, or the end.</summary>
    Trailer,
}

/// <summary>A place in a chunked body.</summary>
/// <param name="Part">What comes next.</param>
/// <param name="Left">Bytes of the chunk's data still to come.</param>
public readonly record struct ChunkPosition(ChunkPart Part, long Left);
