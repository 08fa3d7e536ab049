using System.Net;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>A connection that was redirected to a listener.</summary>
/// <param name="Destination">Where the client wanted to go (SO_ORIGINAL_DST).</param>
public sealed record DownstreamConnection(IPEndPoint Source, IPEndPoint Destination)
{
    /// <summary>Of the client's certificate: the URI SAN, else the DNS SAN, else the subject; null without one.</summary>
    public string? Principal { get; init; }

    public override string ToString() => $"{Source} -> {Destination}";
}
