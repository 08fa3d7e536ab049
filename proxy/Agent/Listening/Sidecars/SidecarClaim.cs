using System.Net;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>A connection that a sidecar passes on, believed.</summary>
/// <param name="Flow">Client and server, and their identities by the address tables.</param>
/// <param name="ConnectFrom">
/// Null: from the client's own address, as redirected connections are. Otherwise from this address of the node: the
/// server is the sender's, and what the sidecar in front of it does not catch.
/// </param>
internal sealed record SidecarClaim(FlowMetadata Flow, IPAddress? ConnectFrom);
