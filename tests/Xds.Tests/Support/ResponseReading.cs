using Envoy.Config.Cluster.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.Xds.Tests.Support;

internal static class ResponseReading
{
    /// <summary>The names of what a response holds, read from the resources themselves, joined by commas.</summary>
    public static string Names(this DiscoveryResponse response) => string.Join(",", response.Resources.Select(NameOf));

    /// <summary>What a delta response holds: names, and removed ones with a minus.</summary>
    public static string Names(this DeltaDiscoveryResponse response) => string.Join(
        ",", response.Resources.Select(r => r.Name).Concat(response.RemovedResources.Select(r => "-" + r)));

    private static string NameOf(Any any) => any.TypeUrl[(any.TypeUrl.LastIndexOf('.') + 1)..] switch
    {
        "Cluster" => any.Unpack<Cluster>().Name,
        "ClusterLoadAssignment" => any.Unpack<ClusterLoadAssignment>().ClusterName,
        "Listener" => any.Unpack<Listener>().Name,
        "RouteConfiguration" => any.Unpack<RouteConfiguration>().Name,
        "Secret" => any.Unpack<Secret>().Name,
        var other => throw new InvalidOperationException(other),
    };
}
