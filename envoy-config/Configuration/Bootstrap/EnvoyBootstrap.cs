using System.Net;
using Envoy.Config.Bootstrap.V3;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Xds.Resources;
using HttpProtocolOptions = Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptions;

namespace Jumpgate.EnvoyConfig.Bootstrap;

/// <summary>What Envoy is started with: who it is and where its agent is. All else comes over xDS.</summary>
public static class EnvoyBootstrap
{
    /// <summary>
    /// Envoy refuses expressions of more than 100 instructions unless told otherwise, and with one of them all of a
    /// route's rules. Policies' expressions have a bound of their own (1,000 repetitions, checked when they are read).
    /// </summary>
    private const int MaxProgramSize = 1_000_000;

    public static Envoy.Config.Bootstrap.V3.Bootstrap Create(BootstrapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Envoy.Config.Bootstrap.V3.Bootstrap
        {
            Node = new Node
            {
                Id = options.Node,
                Cluster = "jumpgate",
                Metadata = new Struct { Fields = { [NodeKey.ProfileKey] = Value.ForString("sidecar") } },
            },
            Admin = new Admin { Address = Addresses.Of(IPAddress.Loopback, options.AdminPort) },
            DynamicResources = new Envoy.Config.Bootstrap.V3.Bootstrap.Types.DynamicResources
            {
                AdsConfig = new ApiConfigSource
                {
                    ApiType = ApiConfigSource.Types.ApiType.DeltaGrpc,
                    TransportApiVersion = ApiVersion.V3,
                    SetNodeOnFirstMessageOnly = true,
                    GrpcServices =
                    {
                        new GrpcService { EnvoyGrpc = new GrpcService.Types.EnvoyGrpc { ClusterName = Clusters.Agent } },
                    },
                },
                LdsConfig = OverAds(),
                CdsConfig = OverAds(),
            },
            StaticResources =
                new Envoy.Config.Bootstrap.V3.Bootstrap.Types.StaticResources { Clusters = { Of(options) } },
            LayeredRuntime = new LayeredRuntime
            {
                Layers =
                {
                    new RuntimeLayer
                    {
                        Name = "jumpgate",
                        StaticLayer =
                            new Struct { Fields = { ["re2.max_program_size.error_level"] = Value.ForNumber(MaxProgramSize) } },
                    },
                },
            },
        };
    }

    private static ConfigSource OverAds() =>
        new() { Ads = new AggregatedConfigSource(), ResourceApiVersion = ApiVersion.V3 };

    private static IEnumerable<Cluster> Of(BootstrapOptions options)
    {
        var isAddress = IPAddress.TryParse(options.Host, out _);
        var socket = new Envoy.Config.Core.V3.SocketAddress { Address = options.Host, PortValue = options.Port };
        // A silent stream and a dead agent look the same otherwise.
        var keepalive = new KeepaliveSettings
        {
            Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(30)),
            Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
        };
        var agent = Static(Clusters.Agent, new Address { SocketAddress = socket }, keepalive);
        agent.Type = isAddress ? Cluster.Types.DiscoveryType.Static : Cluster.Types.DiscoveryType.StrictDns;
        agent.TransportSocket = options.CaFile is null ? null : AgentTls.Create(options, isAddress);
        yield return agent;
        if (options.Tls?.SdsSocket is { } sds)
        {
            // The kernel says when a Unix socket's other end is gone; and gRPC servers in Go throw out who pings often.
            yield return Static(Clusters.Secrets, new Address { Pipe = new Pipe { Path = sds } }, null);
        }
    }

    /// <summary>One server of gRPC.</summary>
    private static Cluster Static(string name, Address address, KeepaliveSettings? keepalive) => new()
    {
        Name = name,
        Type = Cluster.Types.DiscoveryType.Static,
        ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
        LoadAssignment = new ClusterLoadAssignment
        {
            ClusterName = name,
            Endpoints =
            {
                new LocalityLbEndpoints { LbEndpoints = { new LbEndpoint { Endpoint = new Endpoint { Address = address } } } },
            },
        },
        TypedExtensionProtocolOptions =
        {
            ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"] = Deterministic.Pack(new HttpProtocolOptions
            {
                ExplicitHttpConfig = new HttpProtocolOptions.Types.ExplicitHttpConfig
                {
                    Http2ProtocolOptions = new Http2ProtocolOptions { ConnectionKeepalive = keepalive },
                },
            }),
        },
    };
}
