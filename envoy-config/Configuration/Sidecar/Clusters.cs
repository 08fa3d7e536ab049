using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Extensions.TransportSockets.ProxyProtocol.V3;
using Envoy.Extensions.TransportSockets.RawBuffer.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Policy.Workloads;
using Jumpgate.Xds.Resources;
using TrafficDirection = Jumpgate.Policy.TrafficDirection;
using HttpProtocolOptions = Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptions;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>Where a sidecar connects to.</summary>
public static class Clusters
{
    /// <summary>Where the client wanted to go, and nowhere else: no header chooses it.</summary>
    public const string OriginalDestination = "original-dst";

    /// <summary>The agent's filter for ports with Kafka rules.</summary>
    public const string Kafka = "jumpgate-kafka";

    /// <summary>The agent; of the bootstrap, since xDS itself comes from there.</summary>
    public const string Agent = "jumpgate-agent";

    /// <summary>
    /// Where an SDS server has the certificates; of the bootstrap, since Envoy takes no other for that.
    /// </summary>
    public const string Secrets = "jumpgate-sds";

    /// <summary>The original destination, which must show that it is this workload.</summary>
    public static string ToTls(string id) => $"{OriginalDestination}/{id}";

    /// <param name="tls">Whom the peers of an outbound chain have to be; null: they get plain text.</param>
    internal static string Of(TrafficDirection direction, string? tls) =>
        tls is null || direction == TrafficDirection.Ingress ? OriginalDestination : ToTls(tls);

    internal static Cluster CreateOriginalDestination(WorkloadTls own, SpiffeId peer)
    {
        var cluster = CreateOriginalDestination();
        cluster.Name = ToTls(peer.ToString());
        cluster.TransportSocket = MutualTls.ToServer(own, peer);
        return cluster;
    }

    internal static Cluster CreateOriginalDestination() => new()
    {
        Name = OriginalDestination,
        Type = Cluster.Types.DiscoveryType.OriginalDst,
        LbPolicy = Cluster.Types.LbPolicy.ClusterProvided,
        ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
        TypedExtensionProtocolOptions =
        {
            ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"] = Deterministic.Pack(new HttpProtocolOptions
            {
                // The server is spoken to as the client spoke.
                UseDownstreamProtocolConfig = new HttpProtocolOptions.Types.UseDownstreamHttpConfig
                {
                    HttpProtocolOptions = new Http1ProtocolOptions(),
                    Http2ProtocolOptions = new Http2ProtocolOptions(),
                },
            }),
        },
    };

    internal static Cluster CreateKafka(System.Net.IPEndPoint filter) => new()
    {
        Name = Kafka,
        Type = Cluster.Types.DiscoveryType.Static,
        ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
        LoadAssignment = new ClusterLoadAssignment
        {
            ClusterName = Kafka,
            Endpoints = { new LocalityLbEndpoints { LbEndpoints = { new LbEndpoint { Endpoint = new Endpoint
            {
                Address = Addresses.Of(filter.Address, (ushort)filter.Port),
            } } } } },
        },
        TransportSocket = new TransportSocket
        {
            Name = "envoy.transport_sockets.upstream_proxy_protocol",
            TypedConfig = Deterministic.Pack(new ProxyProtocolUpstreamTransport
            {
                Config = new ProxyProtocolConfig { Version = ProxyProtocolConfig.Types.Version.V2 },
                TransportSocket = new TransportSocket
                {
                    Name = "envoy.transport_sockets.raw_buffer",
                    TypedConfig = Deterministic.Pack(new RawBuffer()),
                },
            }),
        },
    };
}
