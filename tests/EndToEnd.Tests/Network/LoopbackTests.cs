using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>Workloads without a namespace: processes of the node, told apart by addresses of 127.0.0.0/8.</summary>
[Collection("kernel")]
public sealed class LoopbackTests : IAsyncLifetime
{
    private const string Rules = """
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: web, protocol: TCP } ]
                rules: { http: [ { method: GET, path: "/v1/.*" } ] }
              - ports: [ { port: "81", protocol: TCP } ]
          - fromEntities: [ host ]
            toPorts: [ { ports: [ { port: "81", protocol: TCP } ] } ]
        """;

    private static readonly IPAddress Server = IPAddress.Parse("127.7.0.1");
    private static readonly IPAddress Client = IPAddress.Parse("127.7.0.2");
    private static readonly IPAddress Stranger = IPAddress.Parse("127.7.0.3");
    private static readonly IPEndPoint Web = new(Server, 80);

    private readonly List<IDisposable> _owned = [];
    private Scene _scene = null!;

    public Task InitializeAsync()
    {
        _scene = Scene.Prepare(Policies.Server(Rules));
        File.AppendAllText(_scene.WorkloadsFile, $$"""
              - name: here-server
                labels: { org: empire, class: server, jumpgate.dev/lanes: policy }
                interface: lo
                addresses: [ {{Server}} ]
                ports: { web: 80 }
              - { name: here-client, labels: { org: empire, jumpgate.dev/lanes: policy }, interface: lo, addresses: [ {{Client}} ] }
              - { name: here-stranger, labels: { org: alliance }, interface: lo, addresses: [ {{Stranger}} ] }

            """);
        foreach (var address in (IPAddress[])[Server, IPAddress.Loopback])
        {
            foreach (var port in (int[])[80, 81])
            {
                _owned.Add(new TextServer(_scene.Lab.Node.Run, address, port));
            }
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _owned.ForEach(o => o.Dispose());
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task Requests_OfPartiesOnTheLoopback_AreJudged()
    {
        await StartAsync("off");

        using var client = await ConnectAsync(Client, Web);
        var (status, body) = await client.AskAsync("GET /v1/x");
        Assert.Equal(200, status);
        Assert.Contains($"peer={Client}:", body, StringComparison.Ordinal);
        Assert.Equal(403, (await client.AskAsync("PUT /v1/x")).Status);
        Assert.Equal(200, (await client.AskAsync("GET /v1/y")).Status);
        using var bytes = await ConnectAsync(Client, new IPEndPoint(Server, 81));
        Assert.Equal(200, (await bytes.AskAsync("PUT /anything")).Status);

        var report = await _scene.ReadStatusAsync();
        Assert.Equal((6, 0), (report.Workloads, report.Waiting));
    }

    [Fact]
    public async Task Others_AreNoParty()
    {
        await StartAsync("off");
        var dropped = await _scene.DropsAsync("PolicyDenied");
        IPAddress[] others = [Stranger, IPAddress.Parse("127.7.0.99"), IPAddress.Loopback];

        foreach (var source in others)
        {
            Assert.False(await ConnectsAsync(source, Web));
        }

        Assert.True(await _scene.DropsAsync("PolicyDenied") >= dropped + others.Length);

        // 127.0.0.1 is the node; an address that nobody declared is the world.
        var bytes = new IPEndPoint(Server, 81);
        Assert.True(await ConnectsAsync(IPAddress.Loopback, bytes));
        Assert.False(await ConnectsAsync(others[1], bytes));

        // And what is between others is nobody's business.
        foreach (var source in others)
        {
            using var other = await ConnectAsync(source, new IPEndPoint(IPAddress.Loopback, 80));
            Assert.Equal(200, (await other.AskAsync("PUT /anything")).Status);
        }
    }

    [Fact]
    public async Task Lanes_OnTheLoopback_DecideInTheKernel()
    {
        await StartAsync("policy");

        using var client = await ConnectAsync(Client, Web);
        await _scene.UntilDecidedAsync(async () => Assert.Equal(200, (await client.AskAsync("GET /v1/x")).Status));
        var before = await _scene.DecidedAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await client.AskAsync($"GET /v1/{i}")).Status);
        }

        // What the proxy refuses is behind what the kernel decided, and the kernel goes on after it.
        Assert.Equal(before + 20, await _scene.DecidedAsync());
        Assert.Equal(403, (await client.AskAsync("PUT /v1/x")).Status);
        Assert.Equal(200, (await client.AskAsync("GET /v1/y")).Status);
    }

    [Fact]
    public async Task BytesWithoutL7Rules_OnTheLoopback_PassFromSocketToSocket()
    {
        await StartAsync("policy");

        using var client = await ConnectAsync(Client, new IPEndPoint(Server, 81));
        await Wait.UntilAsync(
            async () =>
            {
                Assert.Equal(200, (await client.AskAsync("PUT /anything")).Status);
                return await _scene.LaneBytesAsync("queue") > 0;
            },
            Wait.Patience,
            "bytes to pass by queue");

        Assert.Single((await _scene.ReadLanesAsync()).Direct.Pairs);
    }

    [Fact]
    public async Task Agent_Gone_LetsNothingPastAndComesBack()
    {
        await StartAsync("off");
        _scene.Agent.Signal("KILL");
        await _scene.Agent.WaitForExitAsync(Wait.Patience);

        Assert.False(await ConnectsAsync(Client, Web));
        using var other = await ConnectAsync(IPAddress.Loopback, new IPEndPoint(IPAddress.Loopback, 80));
        Assert.Equal(200, (await other.AskAsync("GET /")).Status);

        await _scene.StartAgentAsync();
        using var again = await ConnectAsync(Client, Web);
        Assert.Equal(200, (await again.AskAsync("GET /v1/x")).Status);
    }

    [Fact]
    public async Task Workloads_TakenOffTheLoopback_LeaveItAsItWas()
    {
        await StartAsync("off");
        Assert.Contains("on_loopback", _scene.Tc("filter show dev lo ingress"), StringComparison.Ordinal);

        await _scene.AcknowledgedAsync(() => _scene.WriteWorkloads());

        Assert.DoesNotContain("bpf", _scene.Tc("filter show dev lo ingress"), StringComparison.Ordinal);
        using var stranger = await ConnectAsync(Stranger, Web);
        Assert.Equal(200, (await stranger.AskAsync("PUT /anything")).Status);
    }

    private Task StartAsync(string lanes)
    {
        _scene.MoreAgentOptions = ["--lanes", lanes];
        return _scene.StartAgentAsync();
    }

    private Task<HttpPeer> ConnectAsync(IPAddress from, IPEndPoint to) => HttpPeer.ConnectAsync(From(from), to);

    private Task<bool> ConnectsAsync(IPAddress from, IPEndPoint to) => Scene.CanConnectAsync(From(from), to);

    private Func<Func<Socket>, Socket> From(IPAddress address) =>
        _scene.InNamespace("node", new IPEndPoint(address, 0));
}
