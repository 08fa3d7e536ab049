using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>Start, death, restart and clean-up of the agent.</summary>
[Collection("kernel")]
public sealed class LifecycleTests
{
    [Fact]
    public async Task AgentKilled_L4StaysEnforced_L7IsClosed_RestartTakesOver()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1 + "\n" + """
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
                toPorts: [ { ports: [ { port: "90", protocol: TCP } ] } ]
            """));
        scene.Serve(false);
        scene.Serve(false, 90);
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        var revision = (await scene.ReadStatusAsync()).Revision;

        scene.Agent.Signal("KILL");
        await scene.Agent.WaitForExitAsync(Wait.Patience);

        Assert.False(await scene.CanConnectAsync("client", scene.Server(false)));
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false, 90), "GET /"));
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false)));
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false, 90)));

        await scene.StartAgentAsync();
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        Assert.Equal(403, await scene.GetAsync("client", scene.Server(false), "PUT /v1/x"));
        Assert.True((await scene.ReadStatusAsync()).Revision > revision);
        Assert.True(await scene.DropsAsync("NoProxy") >= 1);
    }

    [Fact]
    public async Task Cleanup_AfterTheAgent_LeavesTheNodeAsItWas()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        var during = Describe(scene);
        Assert.Contains("clsact", during, StringComparison.Ordinal);
        Assert.Contains("0x4a000000", during, StringComparison.Ordinal);

        scene.Agent.Signal("TERM");
        Assert.Equal(0, await scene.Agent.WaitForExitAsync(Wait.Patience));
        Assert.Equal(during, Describe(scene));
        var state = Path.Combine(Path.GetDirectoryName(scene.WorkloadsFile)!, "state");
        Assert.Equal(0, scene.Jumpgate("cleanup", "--pin-dir", scene.PinDirectory, "--state", state).ExitCode);

        var after = Describe(scene);
        Assert.DoesNotContain("clsact", after, StringComparison.Ordinal);
        Assert.DoesNotContain("0x4a000000", after, StringComparison.Ordinal);
        Assert.DoesNotContain("19015", after, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scene.PinDirectory));
        Assert.False(Directory.Exists(state));
        await scene.ConnectsAsync("stranger", scene.Server(false));
    }

    [Fact]
    public async Task Cleanup_WithAnotherPinDirectory_LeavesTheRunningAgentAlone()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        var state = Path.Combine(scene.PoliciesDirectory, "none");

        var (code, output) = scene.Jumpgate("cleanup", "--pin-dir", scene.PinDirectory + "-wrong", "--state", state);

        Assert.Equal(1, code);
        Assert.Contains("belong to an agent that is running", output, StringComparison.Ordinal);
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        Assert.Equal(403, await scene.GetAsync("client", scene.Server(false), "PUT /v1/x"));
    }

    [Fact]
    public async Task Workload_ComesAndGoes_Live()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.FromEmpireTcp80));
        scene.Serve(false);
        var late = scene.Lab.AddWorkload("late");
        File.AppendAllText(
            scene.WorkloadsFile, $"\n  - {{ name: late, labels: {{ org: empire }}, netns: {late.NamespaceName} }}\n");
        await Wait.UntilAsync(
            async () => (await scene.ReadStatusAsync()).Workloads == 4, Wait.Patience, "the workload to be attached");
        await scene.ConnectsAsync("late", scene.Server(false));

        scene.Lab.RemoveWorkload("late");
        await Wait.UntilAsync(
            async () => await scene.ReadStatusAsync() is { Workloads: 3, Waiting: 1 }, Wait.Patience,
            "the workload to be waiting");
    }

    [Theory]
    [InlineData("/nonexistent/workloads.yaml", "cannot be read")]
    public async Task Start_WithoutInput_SaysSoInOneLine(string workloads, string expected)
    {
        await using var scene = Scene.Prepare();
        var (code, output) = scene.Jumpgate(
            "agent", "--workloads", workloads, "--policies", scene.PoliciesDirectory, "--state",
            scene.PinDirectory.Replace("/sys/fs/bpf", "/tmp", StringComparison.Ordinal),
            "--pin-dir", scene.PinDirectory + "-b", "--admin-socket", Path.Combine(scene.PoliciesDirectory, "x.sock"));

        scene.Jumpgate("cleanup", "--pin-dir", scene.PinDirectory + "-b", "--state",
            scene.PinDirectory.Replace("/sys/fs/bpf", "/tmp", StringComparison.Ordinal));
        Assert.False(Directory.Exists(scene.PinDirectory + "-b"));
        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static string Describe(Scene scene) => string.Join(
        '\n',
        scene.Lab.Ip("node", "rule"),
        scene.Lab.Ip("node", "-6 rule"),
        scene.Lab.Ip("node", "route show table all"),
        Command.TryRun(null, "nsenter", $"--net=/run/netns/{scene.Lab.NodeName}", "tc", "qdisc", "show").Output);
}
