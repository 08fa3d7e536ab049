using System.Collections.Immutable;

namespace Jumpgate.Xds.Status;

/// <summary>One stream of a connected node.</summary>
/// <param name="Protocol"><c>sotw</c> or <c>delta</c>.</param>
/// <param name="Service">The service that the stream belongs to, <c>ads</c> or a type such as <c>eds</c>.</param>
public sealed record NodeStatus(
    string Node, string Cluster, string UserAgent, string Group, string Peer, string Protocol, string Service,
    DateTimeOffset ConnectedAt, ImmutableArray<TypeStatus> Types);
