using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Observation;

namespace Jumpgate.Http.Connections;

/// <summary>One accepted connection and all that serving it needs. Whoever serves it owns the socket.</summary>
public sealed record ProxiedConnection
{
    public required TcpChannel Client { get; init; }
    public required FlowMetadata Flow { get; init; }
    public required IConnectionPolicySource Policy { get; init; }
    public required IUpstreamConnector Upstream { get; init; }
    public required IRequestObserver Observer { get; init; }
    /// <summary>Null: no lanes.</summary>
    public ILaneOpener? Lanes { get; init; }
    /// <summary>
    /// Cancelled when policy no longer allows the connection at L3/L4, or the agent stops: reset both sides at once.
    /// </summary>
    public required CancellationToken Aborted { get; init; }
}
