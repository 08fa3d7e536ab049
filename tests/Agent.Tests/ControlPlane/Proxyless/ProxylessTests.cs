using System.Net;
using System.Net.Sockets;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Policies;
using Jumpgate.EnvoyConfig.Bootstrap;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Grpc;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;
using Jumpgate.Testing;
using Jumpgate.Xds;
using Jumpgate.Xds.Status;
using Jumpgate.Xds.Tests.Clients;
using Jumpgate.Xds.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane.Proxyless;

/// <summary>
/// gRPC servers of others (C-core, grpc-js) that get our policy from the control plane and enforce it themselves, as a plain client
/// sees it. Workloads are addresses of loopback.
/// </summary>
public sealed class ProxylessTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Land = "/empire.Deathstar/Land";
    private const string LandForce = "/empire.Deathstar/LandForce";
    private const string Status = "/empire.Deathstar/Status";
    private const string Fire = "/empire.Deathstar/Fire";
    private const string Leave = "/empire.Deathstar/Leave";

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: deathstar }
        spec:
          endpointSelector: { matchLabels: { class: deathstar } }
          ingress:
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts:
                - ports: [ { port: grpc, protocol: TCP } ]
                  rules:
                    http:
                      - { method: POST, path: '/empire\.Deathstar/Land|/empire\.Deathstar/Status' }
                      - { method: POST, path: /empire.Deathstar/Fire, headers: ["X-Force: true", X-Order] }
                      - { method: GET, path: /empire.Deathstar/Leave }
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly IPAddress s_tiefighter = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress s_xwing = IPAddress.Parse("127.0.0.3");

    private readonly int _port = FreePort();
    private readonly SnapshotStore _store = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IAsyncDisposable> _running = [];
    private XdsServer _xds = null!;
    private Task _content = Task.CompletedTask;

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Server_OfAnotherLibrary_EnforcesOurRules_AndFollowsThem(string language)
    {
        await StartAgentAsync();
        await StartServerAsync(language);

        // By method: an alternative is not a prefix, and what no rule names is denied; a rule for GET is none for gRPC.
        await Wait.UntilAsync(() => AllowsAsync(s_tiefighter, Land), s_patience, "it serves");
        Assert.Equal(StatusCode.OK, await CallAsync(s_tiefighter, Status));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, LandForce));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Leave));

        // By header.
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Fire));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Fire, "x-force: true"));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Fire, "x-force: True", "x-order: 66"));
        Assert.Equal(StatusCode.OK, await CallAsync(s_tiefighter, Fire, "x-force: true", "x-order: 66"));

        // By source, whatever it says of itself.
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_xwing, Land));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_xwing, Land, "x-forwarded-for: 127.0.0.2"));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(IPAddress.Parse("127.0.0.9"), Land));

        Use(Policy.Replace("org: empire } } ]", "org: alliance } } ]", StringComparison.Ordinal));
        await Wait.UntilAsync(() => AllowsAsync(s_xwing, Land), s_patience, "the alliance takes over");
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Land));

        var node = Assert.Single(_xds.Streams.Describe());
        Assert.Equal("deathstar", node.Node);
        Assert.All(node.Types, t => Assert.Equal((TypeSync.Synced, 0L), (t.State, t.Rejections)));
    }

    [Fact]
    public async Task GrpcJs_WithoutItsRbac_RefusesToServe()
    {
        await StartAgentAsync();
        await StartServerAsync("node", rbac: false);

        await Wait.UntilAsync(
            () => _xds.Streams.Describe().Any(s => s.Types.Any(t => t.State == TypeSync.Rejected)), s_patience, "it refuses the listener");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CallAsync(s_tiefighter, Land));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>This xunit asks for the end in this way only.</summary>
    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _content;
        _running.Reverse();
        foreach (var one in _running)
        {
            await one.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Use(string policy)
    {
        var workloads = WorkloadFileReader.Read("w.yaml", $$"""
            workloads:
              - { name: deathstar, labels: { org: empire, class: deathstar }, netns: a, addresses: [127.0.0.1], ports: { grpc: {{_port}} } }
              - { name: tiefighter, labels: { org: empire }, netns: b, addresses: [{{s_tiefighter}}] }
              - { name: xwing, labels: { org: alliance }, netns: c, addresses: [{{s_xwing}}] }
            """).Workloads;
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", policy)]);
        Assert.Empty(documents.Diagnostics);
        _store.Swap(PolicySnapshot.Create(
            _store.IsEmpty ? 1 : _store.Current.Revision + 1,
            workloads.Select(w => new Workload { Name = w.Name, Labels = w.Labels, Addresses = w.Addresses, Ports = w.Ports }),
            documents.Documents, [], new IdentityAllocator(), new SecretFiles(null, NullLogger.Instance)));
    }

    private async Task StartAgentAsync()
    {
        Use(Policy);
        var content = new PolicyContent(_store, new SidecarOptions(), NullLogger.Instance);
        _xds = await XdsServer.StartAsync(
            new XdsServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, content, NullLogger.Instance, [], CancellationToken.None);
        _running.Add(_xds);
        _content = content.RunAsync(_xds.Cache, _stopping.Token);
    }

    private async Task StartServerAsync(string language, bool rbac = true)
    {
        var environment = new Dictionary<string, string>
        {
            ["GRPC_XDS_EXPERIMENTAL_RBAC"] = rbac ? "true" : "false",
            ["GRPC_XDS_BOOTSTRAP_CONFIG"] = GrpcBootstrap.Create(
                new BootstrapOptions { Node = "deathstar", Xds = _xds.Address.ToString() }).ToJsonString(),
        };
        var folder = Path.Combine(AppContext.BaseDirectory, "ControlPlane", "Proxyless");
        var server = language == "python"
            ? ClientProcess.PythonFile(Path.Combine(folder, "xds_server.py"), environment, [$"127.0.0.1:{_port}"])
            : ClientProcess.NodeFile(Path.Combine(folder, "xds_server.js"), environment, [$"{_port}"]);
        _running.Add(server);
        if (rbac)
        {
            Assert.Equal("started", await server.NextLineAsync());
        }
    }

    /// <summary>Also when it does not serve at all yet.</summary>
    private async Task<bool> AllowsAsync(IPAddress from, string method)
    {
        try
        {
            return await CallAsync(from, method) == StatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
    }

    /// <summary>One call of a client that knows nothing of xDS, from an address of its choice, on a connection of its own.</summary>
    private async Task<StatusCode> CallAsync(IPAddress from, string method, params string[] headers)
    {
        using var http = RawCall.Http(_port, handler: new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(from, 0));
                    await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        });
        await using var call = RawCall.Open(http, method, headers);
        await call.SendAsync("ship"u8);
        call.End();
        return (await call.StatusAsync()).Code;
    }
}
