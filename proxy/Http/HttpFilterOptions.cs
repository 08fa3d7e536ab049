namespace Jumpgate.Http;

/// <summary>Limits and texts of the HTTP filters.</summary>
public sealed record HttpFilterOptions
{
    /// <summary>Largest request or response head, in bytes; a larger request gets 431.</summary>
    public int MaxHeadBytes { get; init; } = 64 * 1024;

    /// <summary>Most header fields in one head.</summary>
    public int MaxHeaders { get; init; } = 200;

    /// <summary>Longest chunk-size line, and longest trailer section, in bytes.</summary>
    public int MaxChunkLineBytes { get; init; } = 4096;

    /// <summary>A denied request's body is read up to here to keep the connection; a longer one closes it.</summary>
    public int MaxDrainBytes { get; init; } = 64 * 1024;

    /// <summary>How long a connection may wait between two requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a request head may take from its first byte to its last.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request body may go on after the response is complete.</summary>
    public TimeSpan LingeringBodyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Body of a 403.</summary>
    public string DeniedBody { get; init; } = "Access denied\r\n";
}
