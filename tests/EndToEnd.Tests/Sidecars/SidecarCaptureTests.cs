using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>
/// An application that listens at its sidecar's inbound port, on addresses that do not clash with the sidecar's, gets
/// nothing of what comes from outside, and takes no place of the sidecar's.
/// </summary>
[Collection("kernel")]
public sealed class SidecarCaptureTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("", false)]
    [InlineData("mark: 0x539, ", true)]
    [InlineData("mark: 0x539, ", false)]
    public async Task ApplicationListensFirst_SidecarGetsWhatComes(string mark, bool attachedBefore)
    {
        await using var scene = SidecarScene.Prepare($"{mark}outboundPort: 15001, inboundPort: 15006");
        if (attachedBefore)
        {
            await scene.Scene.StartAgentAsync();
        }

        await StartCaptureAsync(scene);
        if (!attachedBefore)
        {
            await scene.Scene.StartAgentAsync();
        }

        await scene.AssertAttachedAsync();
        var report = await scene.ReportAsync();
        Assert.Equal(0, report.Listeners);
        Assert.Contains(mark.Length == 0
            ? $"listen at port 15006 on the loopback or on every address, with a socket made in cgroup {scene.Cgroups.Sidecar}"
            : "with a socket that has mark 0x539", report.Problem, StringComparison.Ordinal);
        Assert.StartsWith(
            "1 attached, 0 waiting, 1 refusing what comes from outside", (await scene.Scene.ReadStatusAsync()).Sidecars,
            StringComparison.Ordinal);
        var client = scene.Scene.Lab["client"].IPv4;
        Assert.Equal("error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", client, 80));

        await (mark.Length == 0
            ? scene.StartSidecarAsync() : scene.StartSidecarAsync(scene.Cgroups.Application, $"{0x539}"));
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80);

        Assert.Contains(
            $"sidecar inbound {client} 80\nserver {client} 80",
            await scene.AskFromAsync("server", null, "tcp", client, 80), StringComparison.Ordinal);
        report = await scene.ReportAsync();
        Assert.Equal((2, null), (report.Listeners, report.Problem));
    }

    /// <summary>
    /// The sidecar is another user's and was there first; the agent has what docker-compose.yml gives it and not more:
    /// neither a debugger's rights nor those to read what is not its own.
    /// </summary>
    [Fact]
    public async Task SidecarOfAnotherUserFirst_AgentWithTheCapabilitiesOfTheComposeFile_FindsIt()
    {
        await using var scene = SidecarScene.Prepare("outboundPort: 15001, inboundPort: 15006");
        await scene.StartSidecarAsync(null, "0", "101");

        await scene.Scene.StartAgentAsync(
            through: ["setpriv", "--bounding-set", $"-all,{string.Join(',', ComposedCapabilities())}"]);

        await scene.AssertAttachedAsync();
        Assert.Equal(2, (await scene.ReportAsync()).Listeners);
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80);
        var client = scene.Scene.Lab["client"].IPv4;
        Assert.Contains(
            $"sidecar inbound {client} 80\nserver {client} 80",
            await scene.AskFromAsync("server", null, "tcp", client, 80), StringComparison.Ordinal);
    }

    private static IEnumerable<string> ComposedCapabilities()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "docker-compose.yml")))
        {
            folder = folder.Parent;
        }

        var line = File.ReadLines(Path.Combine(folder.FullName, "docker-compose.yml"))
            .SkipWhile(l => l != "  jumpgate-envoy:").First(l => l.Contains("cap_add:", StringComparison.Ordinal));
        return line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..^1].Split(", ")
            .Select(c => $"+{c.ToLowerInvariant()}");
    }

    /// <summary>Of the same user, which is all that the kernel asks of those who share an address.</summary>
    [Fact]
    public async Task ApplicationSharesTheSidecarsAddress_WorkersShareTheLoad_ItGetsNothing()
    {
        await using var scene = await SidecarScene.StartAsync("inboundPort: 15006");
        await StartSharedAsync(scene, scene.Cgroups.Application, 4, "captured");
        await StartSharedAsync(scene, scene.Cgroups.Sidecar, 3, "worker");
        await StartSharedAsync(scene, scene.Cgroups.Application, 4, "captured");
        Assert.Equal(3, (await scene.ReportAsync()).Listeners);

        var answers = (await scene.AskFromAsync("server", null, "many", scene.Scene.Lab["client"].IPv4, 80))
            .Split('\n').Where(line => !line.StartsWith("peer", StringComparison.Ordinal)).ToList();

        Assert.Equal(40, answers.Count);
        // That one of three gets none of forty: less than once in a million runs.
        Assert.Equal(["worker 0", "worker 1", "worker 2"], answers.Distinct().Order());
    }

    private static async Task StartSharedAsync(SidecarScene scene, string cgroup, int count, string name)
    {
        var command = CgroupTree.Through(
            cgroup,
            ["python3", SidecarScene.Party("shared.py"), "127.0.0.1", $"{SidecarScene.Inbound}", $"{count}", name]);
        var process = scene.Scene.Lab.Start("client", command[0], command[1..]);
        await process.WaitForTextAsync("listening", Wait.Patience);
    }

    private static async Task StartCaptureAsync(SidecarScene scene, params string[] more)
    {
        var command = CgroupTree.Through(
            scene.Cgroups.Application,
            ["python3", SidecarScene.Party("capture.py"), $"{SidecarScene.Inbound}", .. more]);
        var process = scene.Scene.Lab.Start("client", command[0], command[1..]);
        await process.WaitForTextAsync("listening", Wait.Patience);
    }
}
