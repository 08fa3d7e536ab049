using System.Collections.Immutable;
using Google.Protobuf;

namespace Jumpgate.EnvoyConfig;

/// <summary>All that one node gets.</summary>
/// <param name="Messages">Listeners, routes, clusters, endpoints: each a resource of the xDS server.</param>
/// <param name="Refusals">What of its policy the node cannot enforce, and therefore denies.</param>
public sealed record NodeResources(ImmutableArray<IMessage> Messages, ImmutableArray<Refusal> Refusals);
