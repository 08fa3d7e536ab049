using System.Net;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Service.Discovery.V3;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Nodes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Testing;
using Jumpgate.Xds;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane;

/// <summary>An address moves from one workload to another, and nodes hear of it over real streams.</summary>
public sealed class HandoverTests : ISecretSource
{
    /// <summary>The address that changes hands.</summary>
    private const string Shared = "10.0.0.2";

    private const string Rules = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: deathstar }
        spec:
          endpointSelector: { matchLabels: { name: deathstar } }
          ingress:
            - fromEndpoints: [{ matchLabels: { name: tiefighter } }]
              toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ path: /a }] } }]
            - fromEndpoints: [{ matchLabels: { name: xwing } }]
              toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ path: /b }] } }]
            - fromEndpoints: [{ matchLabels: { name: xwing } }]
              toPorts: [{ ports: [{ port: "5432", protocol: TCP }] }]
            - fromEndpoints: [{}]
              toPorts: [{ ports: [{ port: "53", protocol: TCP }] }]
        """;

    private readonly SnapshotStore _store = new();
    private readonly IdentityAllocator _identities = new();
    private ulong _revision;

    public string? TryRead(SecretReference secret) => null;

    /// <summary>Whatever of it a node has got: never the rights of both owners.</summary>
    [Fact]
    public async Task Address_OfAnotherWorkload_LosesItsRightsEverywhereBeforeItGetsNewOnes()
    {
        await using var server = await StartAsync(TimeSpan.FromHours(1));
        await using var envoy = SotwClient.Open(server.Xds, node: "deathstar");
        var seen = new Seen();
        await envoy.SubscribeAsync(XdsType.Cluster);
        await envoy.AckAsync(await envoy.NextAsync(XdsType.Cluster));
        await envoy.SubscribeAsync(XdsType.Listener);
        await AcceptAsync(envoy, seen);
        await envoy.SubscribeAsync(XdsType.Route, "inbound/80");
        await AcceptAsync(envoy, seen);
        Assert.True(seen.MayA);
        Assert.False(seen.MayConnect);

        Swap(("deathstar", "10.0.0.1"), ("tiefighter", "10.0.0.3"), ("xwing", Shared));

        var steps = new List<string>();
        while (!seen.MayB || !seen.MayConnect)
        {
            await AcceptAsync(envoy, seen);
            Assert.False(seen.MayA && (seen.MayB || seen.MayConnect), string.Join(", ", steps));
            // What both may is not touched: the chain of port 53 would be another one, and close connections.
            Assert.True(seen.MayResolve);
            steps.Add(seen.ToString());
        }

        Assert.Contains("nothing", steps);
    }

    [Fact]
    public async Task Address_OfAnotherWorkload_IsNotHeldBackForANodeThatDoesNotAnswer()
    {
        await using var server = await StartAsync(TimeSpan.FromMilliseconds(1));
        await using var envoy = SotwClient.Open(server.Xds, node: "deathstar");
        await envoy.SubscribeAsync(XdsType.Cluster);
        await envoy.NextAsync(XdsType.Cluster);

        Swap(("deathstar", "10.0.0.1"), ("tiefighter", "10.0.0.3"), ("xwing", Shared));

        await Wait.UntilAsync(
            () => server.Xds.Cache.Current("deathstar")!.Of(XdsType.Listener.Url)!.Resources
                .Any(r => Seen.Allows(Listener.Parser.ParseFrom(r.Value.Span), 5432)),
            TimeSpan.FromSeconds(30), "the new owner's rights");
    }

    private static async Task AcceptAsync(SotwClient envoy, Seen seen)
    {
        var response = await envoy.NextAsync();
        seen.Take(response);
        await envoy.AckAsync(response, response.TypeUrl == XdsType.Route.Url ? ["inbound/80"] : []);
    }

    private async Task<Served> StartAsync(TimeSpan patience)
    {
        Swap(("deathstar", "10.0.0.1"), ("tiefighter", Shared), ("xwing", "10.0.0.4"));
        var content = new PolicyContent(
            _store, new SidecarOptions(), new AddressHandover(TimeProvider.System, patience), NullLogger.Instance);
        var server = await XdsServer.StartAsync(
            new XdsServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), DebounceQuiet = TimeSpan.Zero },
            content, NullLogger.Instance, [], CancellationToken.None);
        return new Served(server, content);
    }

    private void Swap(params (string Name, string Address)[] workloads) => _store.Swap(PolicySnapshot.Create(
        ++_revision,
        workloads.Select(w => new Workload
        {
            Name = w.Name,
            Labels = new LabelSet([new Label(Label.Unspecified, "name", w.Name)]),
            Addresses = [IPAddress.Parse(w.Address)],
        }),
        PolicyReader.Read("rules.yaml", Rules).Documents, [], _identities, this));

    /// <summary>What the node lets the address do, by what it has of each type.</summary>
    private sealed class Seen
    {
        public bool MayConnect { get; private set; }

        public bool MayResolve { get; private set; }

        public bool MayA { get; private set; }

        public bool MayB { get; private set; }

        public static bool Allows(Listener listener, uint port) => listener.FilterChains.Any(c =>
            c.FilterChainMatch.DestinationPort == port && c.Filters.Count > 0
            && c.FilterChainMatch.DirectSourcePrefixRanges.Any(p => p.AddressPrefix == Shared));

        public void Take(DiscoveryResponse response)
        {
            if (response.TypeUrl == XdsType.Listener.Url)
            {
                var inbound = response.Resources.Select(r => r.Unpack<Listener>()).Single(l => l.Name == "inbound");
                MayConnect = Allows(inbound, 5432);
                MayResolve = Allows(inbound, 53);
            }
            else if (response.TypeUrl == XdsType.Route.Url)
            {
                var policies = response.Resources.Single().Unpack<RouteConfiguration>().VirtualHosts[0].Routes[0]
                    .TypedPerFilterConfig.Values.Single()
                    .Unpack<Envoy.Extensions.Filters.Http.Rbac.V3.RBACPerRoute>().Rbac.Rules.Policies.Values
                    .Select(p => p.ToString()).Where(p => p.Contains($"\"{Shared}\"", StringComparison.Ordinal))
                    .ToList();
                MayA = policies.Exists(p => p.Contains("\"/a\"", StringComparison.Ordinal));
                MayB = policies.Exists(p => p.Contains("\"/b\"", StringComparison.Ordinal));
            }
        }

        public override string ToString() => (MayA, MayB, MayConnect) switch
        {
            (false, false, false) => "nothing",
            _ => $"{(MayA ? "/a " : "")}{(MayB ? "/b " : "")}{(MayConnect ? "5432" : "")}",
        };
    }

    private sealed class Served : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Served(XdsServer xds, PolicyContent content)
        {
            Xds = xds;
            _running = content.RunAsync(xds.Cache, xds.Streams, _stop.Token);
        }

        public XdsServer Xds { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            await Xds.DisposeAsync();
            _stop.Dispose();
        }
    }
}
