using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Service.Discovery.V3;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Nodes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Grpc;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Xds;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane;

/// <summary>Nodes over real streams, against policies in force.</summary>
public sealed class PolicyContentTests : IAsyncLifetime, IDisposable, ISecretSource
{
    private readonly SnapshotStore _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IdentityAllocator _identities = new();
    private XdsServer _server = null!;
    private Task _running = Task.CompletedTask;
    private ulong _revision;

    public async Task InitializeAsync()
    {
        Swap("GET", "deathstar", "tiefighter");
        var content = new PolicyContent(
            _store, new SidecarOptions(), PolicyContent.CreateHandover(), NullLogger.Instance);
        _server = await XdsServer.StartAsync(
            new XdsServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), DebounceQuiet = TimeSpan.Zero },
            content, NullLogger.Instance, [], CancellationToken.None);
        _running = content.RunAsync(_server.Cache, _server.Streams, _stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _server.DisposeAsync();
    }

    public void Dispose() => _stop.Dispose();

    public string? TryRead(SecretReference secret) => null;

    [Fact]
    public async Task Node_NamedLikeAWorkload_GetsItsListenersAndRoutes()
    {
        await using var envoy = SotwClient.Open(_server, node: "deathstar");
        var listeners = await SubscribeAsync(envoy);

        Assert.Equal(["inbound", "outbound"], listeners.Select(l => l.Name).Order());
        var route = await RouteAsync(envoy, null);
        Assert.Contains("\"GET\"", Rules(route.Configuration));
    }

    [Fact]
    public async Task PolicyChange_OnAnOpenStream_ArrivesAsARouteOnly()
    {
        await using var envoy = SotwClient.Open(_server, node: "deathstar");
        await SubscribeAsync(envoy);
        var first = await RouteAsync(envoy, null);
        await envoy.AckAsync(first.Response, "inbound/80");

        Swap("PUT", "deathstar", "tiefighter");

        var next = await RouteAsync(envoy, first.Response);
        Assert.Contains("\"PUT\"", Rules(next.Configuration));
    }

    /// <summary>
    /// Envoy keeps a route that is no longer there for the connections that were judged by it (it ignores removals).
    /// </summary>
    [Fact]
    public async Task LastHttpRuleOfAPort_ThatGoes_ClosesTheRouteInsteadOfLeavingIt()
    {
        await using var envoy = SotwClient.Open(_server, node: "deathstar");
        await SubscribeAsync(envoy);
        var first = await RouteAsync(envoy, null);
        await envoy.AckAsync(first.Response, "inbound/80");

        Swap("ingress: [{}]");

        var next = await RouteAsync(envoy, first.Response);
        Assert.DoesNotContain("policies", Rules(next.Configuration));
        await envoy.AckAsync(next.Response, "inbound/80");

        // Nothing is denied any more: nor is it there.
        Swap("ingress: []");

        Assert.Contains("\"any\": true", Rules((await RouteAsync(envoy, next.Response)).Configuration));
    }

    [Fact]
    public async Task Node_NamedLikeNobody_IsRefused()
    {
        await using var envoy = SotwClient.Open(_server, node: "alderaan");
        await envoy.SubscribeAsync(XdsType.Cluster);

        Assert.Null(await envoy.Call.NextAsync());
        Assert.Equal(StatusCode.PermissionDenied, (await envoy.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task Workload_ThatGoes_EndsItsNodesStreamAndNoOther()
    {
        await using var gone = SotwClient.Open(_server, node: "tiefighter");
        await SubscribeAsync(gone);
        await using var stays = SotwClient.Open(_server, node: "deathstar");
        await SubscribeAsync(stays);
        var route = await RouteAsync(stays, null);
        await stays.AckAsync(route.Response, "inbound/80");

        Swap("PUT", "deathstar");

        while (await gone.Call.NextAsync() is not null)
        {
            // What was under way comes first.
        }

        Assert.Equal(StatusCode.Unavailable, (await gone.Call.StatusAsync()).Code);
        Assert.DoesNotContain("10.0.0.2", Rules((await RouteAsync(stays, route.Response)).Configuration));
    }

    private static string Rules(RouteConfiguration route) =>
        $"{route.VirtualHosts[0].Routes[0].TypedPerFilterConfig.Values.Single()
        .Unpack<Envoy.Extensions.Filters.Http.Rbac.V3.RBACPerRoute>()}";

    private static async Task<List<Listener>> SubscribeAsync(SotwClient envoy)
    {
        await envoy.SubscribeAsync(XdsType.Cluster);
        await envoy.AckAsync(await envoy.NextAsync(XdsType.Cluster));
        await envoy.SubscribeAsync(XdsType.Listener);
        var listeners = await envoy.NextAsync(XdsType.Listener);
        await envoy.AckAsync(listeners);
        return [.. listeners.Resources.Select(r => r.Unpack<Listener>())];
    }

    /// <summary>The next route; other types that come before it are acknowledged.</summary>
    private static async Task<(DiscoveryResponse Response, RouteConfiguration Configuration)> RouteAsync(
        SotwClient envoy, DiscoveryResponse? former)
    {
        if (former is null)
        {
            await envoy.SubscribeAsync(XdsType.Route, "inbound/80");
        }

        while (true)
        {
            var response = await envoy.NextAsync();
            if (response.TypeUrl == XdsType.Route.Url)
            {
                return (response, response.Resources.Single().Unpack<RouteConfiguration>());
            }

            await envoy.AckAsync(response);
        }
    }

    private void Swap(string method, params string[] workloads) => SwapAll(
        $$"""
        ingress:
            - fromEndpoints: [{ matchLabels: { org: empire } }]
              toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: {{method}} }] } }]
        """, workloads);

    private void Swap(string sections) => SwapAll(sections, "deathstar", "tiefighter");

    private void SwapAll(string sections, params string[] workloads)
    {
        var text = $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: deathstar }
            spec:
              endpointSelector: { matchLabels: { name: deathstar } }
              {{sections}}
            """;
        _store.Swap(PolicySnapshot.Create(
            ++_revision,
            workloads.Select(name => new Workload
            {
                Name = name,
                Labels = new LabelSet(
                    [new Label(Label.Unspecified, "org", "empire"), new Label(Label.Unspecified, "name", name)]),
                Addresses = [IPAddress.Parse(name == "deathstar" ? "10.0.0.1" : "10.0.0.2")],
            }),
            PolicyReader.Read("rules.yaml", text).Documents, [], _identities, this));
    }
}
