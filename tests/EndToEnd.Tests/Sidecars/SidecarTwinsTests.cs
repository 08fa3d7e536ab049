using System.Globalization;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>
/// Every namespace has the same loopback: two workloads, each with a sidecar, whose connections look the same.
/// </summary>
[Collection("kernel")]
public sealed class SidecarTwinsTests
{
    /// <summary>127.0.0.1:23456 to 127.0.0.1:15001, in both.</summary>
    private const int Port = 23456;

    [Fact]
    public async Task SameAddressesAndPorts_InTwoNamespaces_AreTwoPairsThatDoNotMix()
    {
        using var first = new CgroupTree();
        using var second = new CgroupTree();
        await using var scene = Scene.Prepare(new Dictionary<string, string>
        {
            ["server"] = "labels: { org: empire, class: server }",
            ["client"] = Workload(first),
            ["twin"] = Workload(second),
        });
        scene.MoreAgentOptions = ["--lanes", "short-circuit"];
        await scene.StartAgentAsync();
        var reports = JsonSerializer.Deserialize<List<SidecarReport>>(
            scene.Ask("sidecars", "list", "--json").Output, AdminJson.Options)!;
        Assert.Equal(["attached on", "attached on"], reports.Select(r => $"{r.State} {r.ShortCircuit}"));
        await StartAsync(scene, "server", null, "peer.py");
        foreach (var (workload, cgroups) in ((string, CgroupTree)[])[("client", first), ("twin", second)])
        {
            await StartAsync(
                scene, workload, cgroups.Sidecar, "sidecar.py", $"{SidecarScene.Outbound}", $"{SidecarScene.Inbound}");
        }

        await using var one = await ConnectAsync(scene, "client", first);
        await using var other = await ConnectAsync(scene, "twin", second);
        Assert.Equal((Port, Port), (one.Port, other.Port));
        await UntilBothJoinedAsync(scene);

        // Random bytes, both at once: each compares what comes back with its own.
        var rounds = (one.Begin("echo 100 100000"), other.Begin("echo 100 100000"));
        var whole = new[] { Whole(await one.EndAsync(rounds.Item1)), Whole(await other.EndAsync(rounds.Item2)) };

        var pairs = await PairsAsync(scene);
        Assert.All(pairs, p => Assert.Equal(("joined", "outbound"), (p.State, p.Sidecar)));
        Assert.Equal(whole.Order(), pairs.Select(p => p.BytesIn).Order());

        // One that goes takes nothing of the other with it.
        Assert.Equal("closed", await one.DoAsync("reset"));
        await Wait.UntilAsync(
            async () => (await PairsAsync(scene)).Count == 1, Wait.Patience, "one pair", scene.Agent.Captured);
        Whole(await other.DoAsync("echo 10 100000"));
        Assert.Equal("joined", Assert.Single(await PairsAsync(scene)).State);
    }

    private static string Workload(CgroupTree cgroups) =>
        $"labels: {{ org: empire }}, sidecar: {{ cgroup: {cgroups.Workload}, sidecarCgroup: {cgroups.Sidecar}, {JoinedScene.Block} }}";

    private static async Task StartAsync(
        Scene scene, string workload, string? cgroup, string party, params string[] more)
    {
        string[] command = ["python3", SidecarScene.Party(party), .. more];
        command = cgroup is null ? command : CgroupTree.Through(cgroup, command);
        await scene.Lab.Start(workload, command[0], command[1..]).WaitForTextAsync("listening", Wait.Patience);
    }

    private static Task<Talker> ConnectAsync(Scene scene, string workload, CgroupTree cgroups) => Talker.ConnectAsync(
        scene, workload, cgroups.Application, scene.Lab["server"].IPv4, JoinedScene.Echo, "from", $"{Port}");

    private static async Task UntilBothJoinedAsync(Scene scene)
    {
        var last = "";
        await Wait.UntilAsync(
            async () =>
            {
                var pairs = await PairsAsync(scene);
                last = string.Join("; ", pairs);
                return pairs.Count(p => p.State == "joined") == 2;
            },
            Wait.Patience, "both to be joined", () => $"{last}; {scene.Agent.Captured()}");
    }

    /// <summary>Those from the port that both have.</summary>
    private static async Task<List<DirectPairReport>> PairsAsync(Scene scene)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $":{Port}");
        var all = (await scene.ReadLanesAsync()).Direct.Pairs;
        return [.. all.Where(pair => pair.Client.EndsWith(end, StringComparison.Ordinal))];
    }

    private static ulong Whole(string answer)
    {
        Assert.StartsWith("whole ", answer, StringComparison.Ordinal);
        return ulong.Parse(answer["whole ".Length..], CultureInfo.InvariantCulture);
    }
}
