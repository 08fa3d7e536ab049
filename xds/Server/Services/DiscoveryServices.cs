using Envoy.Service.Discovery.V3;
using Jumpgate.Grpc;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Streams;

namespace Jumpgate.Xds.Services;

/// <summary>ADS and the services of single types, both protocols.</summary>
internal static class DiscoveryServices
{
    public static IEnumerable<GrpcService> Create(DiscoveryStreams streams, XdsServerOptions options)
    {
        yield return Service(
            streams, options, "envoy.service.discovery.v3.AggregatedDiscoveryService", "AggregatedResources",
            "ads", null);
        yield return Service(streams, options, "envoy.service.listener.v3.ListenerDiscoveryService", "Listeners", "lds",
            XdsType.Listener);
        yield return Service(
            streams, options, "envoy.service.route.v3.RouteDiscoveryService", "Routes", "rds", XdsType.Route);
        yield return Service(
            streams, options, "envoy.service.cluster.v3.ClusterDiscoveryService", "Clusters", "cds", XdsType.Cluster);
        yield return Service(streams, options, "envoy.service.endpoint.v3.EndpointDiscoveryService", "Endpoints", "eds",
            XdsType.Endpoint);
        yield return Service(
            streams, options, "envoy.service.secret.v3.SecretDiscoveryService", "Secrets", "sds", XdsType.Secret);
    }

    private static GrpcService Service(
        DiscoveryStreams streams, XdsServerOptions options, string name, string noun, string shortName, XdsType? type)
    {
        var sotw = new SotwProtocol(options);
        var delta = new DeltaProtocol(options);
        return new GrpcService(name, type is null ? AdsReflection.Descriptor : null)
            .DuplexStreaming(
                "Stream" + noun, Marshallers.Protobuf(DiscoveryRequest.Parser), EncodedResponse.Marshaller,
                (reader, writer, context) => streams.ServeAsync(sotw, shortName, type?.Url, reader, writer, context))
            .DuplexStreaming(
                "Delta" + noun, Marshallers.Protobuf(DeltaDiscoveryRequest.Parser), EncodedResponse.Marshaller,
                (reader, writer, context) => streams.ServeAsync(delta, shortName, type?.Url, reader, writer, context));
    }
}
