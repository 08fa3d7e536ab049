using System.Globalization;
using System.Net;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>A workload whose application and sidecar are joined, with a peer in it and one outside (peer.py).</summary>
public sealed class JoinedScene : IAsyncLifetime, IAsyncDisposable
{
    public const int Echo = 8001;
    public const int Finish = 8002;
    public const int Flood = 8003;
    public const int Watch = 8004;
    internal const string Block =
        "outboundPort: 15001, inboundPort: 15006, shortCircuit: true, excludeOutboundPorts: [90]";

    internal SidecarScene Sidecars { get; private set; } = null!;

    internal Scene Scene => Sidecars.Scene;

    internal NetnsProcess Sidecar { get; private set; } = null!;

    internal NetnsProcess Outside { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Sidecars = SidecarScene.Prepare(Block);
        Scene.MoreAgentOptions = ["--lanes", "short-circuit"];
        await Scene.StartAgentAsync();
        await Sidecars.AssertAttachedAsync();
        Assert.Equal("on", (await Sidecars.ReportAsync()).ShortCircuit);
        Sidecar = await Sidecars.StartSidecarAsync();
        Outside = await StartPeerAsync("server", null);
        await StartPeerAsync("client", Sidecars.Cgroups.Application);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Sidecars is not null)
        {
            await Sidecars.DisposeAsync();
        }
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <summary>A scene that a test has for itself.</summary>
    internal static async Task<JoinedScene> StartAsync()
    {
        var scene = new JoinedScene();
        try
        {
            await scene.InitializeAsync();
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>The application's connection to a peer outside.</summary>
    internal Task<Talker> OutAsync(int port, bool ipv6 = false, params string[] options) => Talker.ConnectAsync(
        Scene, "client", Sidecars.Cgroups.Application, Address("server", ipv6), port, options);

    /// <summary>A connection from outside to the application.</summary>
    internal Task<Talker> InAsync(int port, bool ipv6 = false) =>
        Talker.ConnectAsync(Scene, "server", null, Address("client", ipv6), port);

    internal IPAddress Address(string workload, bool ipv6) =>
        ipv6 ? Scene.Lab[workload].IPv6 : Scene.Lab[workload].IPv4;

    internal async Task<IReadOnlyList<DirectPairReport>> PairsAsync() => (await Scene.ReadLanesAsync()).Direct.Pairs;

    /// <summary>The pair of an application's socket; null where it is none (any more).</summary>
    internal async Task<DirectPairReport?> PairAsync(Talker talker)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $":{talker.Port}");
        return (await PairsAsync()).SingleOrDefault(pair => pair.Client.EndsWith(end, StringComparison.Ordinal));
    }

    internal async Task UntilAsync(Talker talker, Func<DirectPairReport?, bool> condition, string what)
    {
        var last = default(DirectPairReport);
        await Wait.UntilAsync(
            async () => condition(last = await PairAsync(talker)), Wait.Patience, $"the connection to be {what}",
            () => string.Create(
                CultureInfo.InvariantCulture, $"{last}; {talker.Captured()}; {Scene.Agent.Captured()}"));
    }

    internal Task UntilJoinedAsync(Talker talker) => UntilAsync(talker, pair => pair is { State: "joined" }, "joined");

    internal async Task<SidecarReport> ReportAsync() => Assert.Single(await Scene.ReadSidecarsAsync());

    private async Task<NetnsProcess> StartPeerAsync(string workload, string? cgroup)
    {
        string[] command = ["python3", SidecarScene.Party("peer.py")];
        command = cgroup is null ? command : CgroupTree.Through(cgroup, command);
        var process = Scene.Lab.Start(workload, command[0], command[1..]);
        await process.WaitForTextAsync("listening", Wait.Patience);
        return process;
    }
}
