namespace Jumpgate.Xds.Status;

/// <summary>One resource type of one node, as the server sees it.</summary>
public sealed record TypeStatus
{
    /// <summary><c>CDS</c> and so on; of types the server does not know, the message's name.</summary>
    public required string Type { get; init; }

    public required string TypeUrl { get; init; }

    public required TypeSync State { get; init; }

    /// <summary>Resources that the client has, as far as was sent.</summary>
    public required int Resources { get; init; }

    /// <summary>Names that it subscribes to; with <see cref="Wildcard"/>, besides all.</summary>
    public required int Names { get; init; }

    public required bool Wildcard { get; init; }

    public string? SentVersion { get; init; }

    public string? AckedVersion { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>NACKs on this stream.</summary>
    public long Rejections { get; init; }

    /// <summary>Requests with a nonce that was not the last.</summary>
    public long StaleRequests { get; init; }

    /// <summary>What the client said when it refused a response last; kept after it has accepted another.</summary>
    public string? LastError { get; init; }

    public string? LastErrorVersion { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }
}
