using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>Configuration that comes, changes and goes; and what is left at the end.</summary>
[Collection("kernel")]
public sealed class SidecarLifecycleTests
{
    /// <summary>Of sidecars that are not this test's: the kernel has one list for all.</summary>
    private readonly Dictionary<string, HashSet<int>> _others =
        new() { ["prog"] = Named("prog"), ["map"] = Named("map") };

    [Fact]
    public async Task Configuration_ChangesAndGoes_ConnectionsFollow()
    {
        await using var scene = await SidecarScene.StartAsync();
        await scene.StartServerAsync("server", null, 80);
        await scene.StartSidecarAsync();
        var server = scene.Scene.Lab["server"].IPv4;
        Assert.Contains("sidecar outbound", await scene.AskAsync("tcp", server, 80), StringComparison.Ordinal);
        var file = await File.ReadAllTextAsync(scene.Scene.WorkloadsFile);

        await WriteAsync(scene, file.Replace(
            "inboundPort: 15006", "inboundPort: 15006, excludeOutboundPorts: [80]", StringComparison.Ordinal));
        await Wait.UntilAsync(
            async () => !(await scene.AskAsync("tcp", server, 80)).Contains("sidecar", StringComparison.Ordinal),
            Wait.Patience, "the exclusion to be in force", scene.Scene.Agent.Captured);
        Assert.Equal(1ul, (await scene.ReportAsync()).Counts["outbound_redirected"]);
        await WriteAsync(scene, file);
        await Wait.UntilAsync(
            async () => (await scene.AskAsync("tcp", server, 80))
            .Contains("sidecar outbound", StringComparison.Ordinal),
            Wait.Patience, "the exclusion to be gone", scene.Scene.Agent.Captured);

        await WriteAsync(scene, file[..file.IndexOf("sidecar:", StringComparison.Ordinal)].TrimEnd(' ', ',') + " }\n");
        await Wait.UntilAsync(
            () => scene.Cgroups.Programs().Length == 0, Wait.Patience, "the programs to be gone",
            scene.Scene.Agent.Captured);
        Assert.DoesNotContain("sidecar", await scene.AskAsync("tcp", server, 80), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(scene.Scene.PinDirectory), pin =>
                Path.GetFileName(pin).StartsWith("sidecar_", StringComparison.Ordinal));
        Assert.Null((await scene.Scene.ReadStatusAsync()).Sidecars);
    }

    [Fact]
    public async Task Cgroup_MadeAnew_IsAttachedAgain()
    {
        await using var scene = await SidecarScene.StartAsync("outboundPort: 15001");
        Assert.Equal("1 attached, 0 waiting", (await scene.Scene.ReadStatusAsync()).Sidecars);
        scene.Cgroups.Remove();
        await Wait.UntilAsync(
            async () => (await scene.ReportAsync()).Reason?.Contains("does not exist yet", StringComparison.Ordinal) == true,
            Wait.Patience, "the sidecar to be waiting", scene.Scene.Agent.Captured);

        scene.Cgroups.Make();
        await Wait.UntilAsync(
            async () => (await scene.ReportAsync()).State == "attached", Wait.Patience, "the sidecar to be attached",
            scene.Scene.Agent.Captured);

        await scene.StartServerAsync("server", null, 80);
        await scene.StartSidecarAsync();
        Assert.Contains(
            "sidecar outbound", await scene.AskAsync("tcp", scene.Scene.Lab["server"].IPv4, 80),
            StringComparison.Ordinal);
    }

    /// <summary>As engines do with a container that is restarted; the application's cgroup stays.</summary>
    [Fact]
    public async Task SidecarsCgroup_MadeAnew_IsTheSidecarsAgain()
    {
        await using var scene = await SidecarScene.StartAsync();
        await scene.StartServerAsync("server", null, 80);
        var (server, client) = (scene.Scene.Lab["server"].IPv4, scene.Scene.Lab["client"].IPv4);
        Command.Run("rmdir", scene.Cgroups.Sidecar);
        scene.Cgroups.Make();
        await scene.StartSidecarAsync();

        await Wait.UntilAsync(
            async () => (await scene.ReportAsync()).Listeners == 2, Wait.Patience, "the sidecar to be known",
            scene.Scene.Agent.Captured);

        Assert.Contains(
            $"sidecar outbound {server} 80\nserver {server} 80", await scene.AskAsync("tcp", server, 80),
            StringComparison.Ordinal);
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80);
        Assert.Contains(
            $"sidecar inbound {client} 80\nserver {client} 80",
            await scene.AskFromAsync("server", null, "tcp", client, 80), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_AfterTheAgent_LeavesNothing()
    {
        await using var scene = await SidecarScene.StartAsync();
        await scene.StartServerAsync("server", null, 80);
        await scene.StartSidecarAsync();
        var server = scene.Scene.Lab["server"].IPv4;
        Assert.Contains("sidecar outbound", await scene.AskAsync("tcp", server, 80), StringComparison.Ordinal);
        Assert.Contains("sidecar_connect4", scene.Cgroups.Programs(), StringComparison.Ordinal);
        Assert.Equal(7, Sidecars("link"));

        scene.Scene.Agent.Signal("TERM");
        Assert.Equal(0, await scene.Scene.Agent.WaitForExitAsync(Wait.Patience));
        Assert.Contains("sidecar outbound", await scene.AskAsync("tcp", server, 80), StringComparison.Ordinal);
        var (code, output) = scene.Scene.Jumpgate(
            "cleanup", "--pin-dir", scene.Scene.PinDirectory, "--state", scene.Scene.StateDirectory);
        Assert.True(code == 0, output);

        Assert.Empty(scene.Cgroups.Programs());
        Assert.False(Directory.Exists(scene.Scene.PinDirectory));
        await Wait.UntilAsync(
            () => Sidecars("prog") == 0 && Sidecars("map") == 0 && Sidecars("link") == 0,
            Wait.Patience, "programs, maps and links to be gone");
        Assert.DoesNotContain("sidecar", await scene.AskAsync("tcp", server, 80), StringComparison.Ordinal);
    }

    /// <summary>Programs and maps by name; links by the program that they run. Those of this test.</summary>
    private int Sidecars(string kind)
    {
        var programs = Named("prog");
        programs.ExceptWith(_others["prog"]);
        if (kind == "link")
        {
            return Command.RunJson("bpftool", "-j", "link", "show").EnumerateArray()
                .Count(link => programs.Contains(link.GetProperty("prog_id").GetInt32()));
        }

        var named = Named(kind);
        named.ExceptWith(_others[kind]);
        return named.Count;
    }

    private static HashSet<int> Named(string kind) =>
        [.. Command.RunJson("bpftool", "-j", kind, "show").EnumerateArray()
        .Where(item => item.TryGetProperty("name", out var name)
            && name.GetString()!.StartsWith("sidecar_", StringComparison.Ordinal))
        .Select(item => item.GetProperty("id").GetInt32())];

    private static async Task WriteAsync(SidecarScene scene, string yaml)
    {
        var hidden = scene.Scene.WorkloadsFile + ".new";
        await File.WriteAllTextAsync(hidden, yaml);
        File.Move(hidden, scene.Scene.WorkloadsFile, overwrite: true);
    }
}
