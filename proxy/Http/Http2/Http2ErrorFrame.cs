namespace Jumpgate.Http.Http2;

/// <summary>The frame that refuses a request in place of an answer.</summary>
/// <param name="EndsConnection">GOAWAY; otherwise RST_STREAM, and the connection stays usable.</param>
/// <param name="Code">RFC 9113 section 7.</param>
public readonly record struct Http2ErrorFrame(bool EndsConnection, int Code)
{
    /// <summary>As RFC 9113 spells both.</summary>
    public override string ToString() => $"{(EndsConnection ? "GOAWAY" : "RST_STREAM")} {Name}";

    private string Name => Code switch
    {
        1 => "PROTOCOL_ERROR",
        2 => "INTERNAL_ERROR",
        6 => "FRAME_SIZE_ERROR",
        7 => "REFUSED_STREAM",
        9 => "COMPRESSION_ERROR",
        11 => "ENHANCE_YOUR_CALM",
        _ => $"0x{Code:x}",
    };
}
