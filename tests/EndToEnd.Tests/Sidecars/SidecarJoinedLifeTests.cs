using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>Joined applications and sidecars when switches change, and when agents and sidecars come and go.</summary>
[Collection("kernel")]
public sealed class SidecarJoinedLifeTests
{
    [Fact]
    public async Task Switches_AtRunTime_CountForNewConnectionsAndTheNodesForAll()
    {
        await using var scene = await JoinedScene.StartAsync();
        await using var old = await JoinedAsync(scene);
        var file = await File.ReadAllTextAsync(scene.Scene.WorkloadsFile);

        await WriteAsync(
            scene, file.Replace("shortCircuit: true", "shortCircuit: false", StringComparison.Ordinal), "off");
        await using (var next = await NotJoinedAsync(scene))
        {
            await EchoAsync(old);
            Assert.Equal("joined", (await scene.PairAsync(old))?.State);
        }

        await WriteAsync(scene, file, "on");
        await using var again = await JoinedAsync(scene);

        Assert.Equal(0, scene.Scene.Ask("lanes", "set", "off").ExitCode);
        await EchoAsync(old);
        await scene.UntilAsync(old, pair => pair is null, "no pair any more");
        await EchoAsync(old);
        await using var last = await NotJoinedAsync(scene);
        Assert.Equal("off: the node's lanes are off", (await scene.ReportAsync()).ShortCircuit);
    }

    [Fact]
    public async Task SidecarThenAgent_KilledAndBack_ThenCleanup_NothingIsLeft()
    {
        await using var scene = await JoinedScene.StartAsync();
        await KillSidecarAsync(scene);
        await using var old = await JoinedAsync(scene);
        var before = (await scene.ReportAsync()).QueueBytes;

        scene.Scene.Agent.Signal("KILL");
        await scene.Scene.Agent.WaitForExitAsync(Wait.Patience);
        await EchoAsync(old);
        await using (var meanwhile = await scene.OutAsync(JoinedScene.Echo))
        {
            await EchoAsync(meanwhile);
        }

        await scene.Scene.StartAgentAsync();
        await EchoAsync(old);
        Assert.Equal("joined", (await scene.PairAsync(old))?.State);
        Assert.True((await scene.ReportAsync()).QueueBytes > before);
        await using var next = await JoinedAsync(scene);

        scene.Scene.Agent.Signal("TERM");
        Assert.Equal(0, await scene.Scene.Agent.WaitForExitAsync(Wait.Patience));
        var (code, output) = scene.Scene.Jumpgate(
            "cleanup", "--pin-dir", scene.Scene.PinDirectory, "--state", scene.Scene.StateDirectory);

        Assert.True(code == 0, output);
        Assert.False(Directory.Exists(scene.Scene.PinDirectory));
        Assert.Equal("", scene.Sidecars.Cgroups.Programs());
        await EchoAsync(old);
        await EchoAsync(next);
    }

    /// <summary>The application hears of it, and the next sidecar is joined.</summary>
    private static async Task KillSidecarAsync(JoinedScene scene)
    {
        await using var talker = await JoinedAsync(scene);
        await using var reader = await scene.InAsync(JoinedScene.Echo);
        await EchoAsync(reader);
        Assert.Equal(2, (await scene.PairsAsync()).Count);

        scene.Sidecar.Signal("KILL");
        await scene.Sidecar.WaitForExitAsync(Wait.Patience);

        Assert.Matches("read 0|error 104", await talker.DoAsync("read"));
        var left = "";
        await Wait.UntilAsync(
            async () => (left = string.Join("; ", await scene.PairsAsync())).Length == 0, Wait.Patience, "no pairs",
            () => left);
        await scene.Sidecars.StartSidecarAsync();
    }

    private static async Task WriteAsync(JoinedScene scene, string workloads, string state)
    {
        var hidden = scene.Scene.WorkloadsFile + ".new";
        await File.WriteAllTextAsync(hidden, workloads);
        File.Move(hidden, scene.Scene.WorkloadsFile, overwrite: true);
        await Wait.UntilAsync(
            async () => (await scene.ReportAsync()).ShortCircuit == state, Wait.Patience,
            $"the sidecar to be joined: {state}",
            scene.Scene.Agent.Captured);
    }

    private static async Task<Talker> JoinedAsync(JoinedScene scene)
    {
        var talker = await scene.OutAsync(JoinedScene.Echo);
        await scene.UntilJoinedAsync(talker);
        await EchoAsync(talker);
        return talker;
    }

    private static async Task<Talker> NotJoinedAsync(JoinedScene scene)
    {
        var talker = await scene.OutAsync(JoinedScene.Echo);
        await EchoAsync(talker);
        Assert.Null(await scene.PairAsync(talker));
        return talker;
    }

    private static async Task EchoAsync(Talker talker) =>
        Assert.StartsWith("whole ", await talker.DoAsync("echo 3 10000"), StringComparison.Ordinal);
}
