using System.Net;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>
/// Workload <c>client</c> with an application and a sidecar in cgroups of their own, and a <c>server</c>.
/// </summary>
internal sealed class SidecarScene : IAsyncDisposable
{
    public const int Outbound = 15001;
    public const int Inbound = 15006;

    private SidecarScene(CgroupTree cgroups, Scene scene)
    {
        Cgroups = cgroups;
        Scene = scene;
    }

    public CgroupTree Cgroups { get; }

    public Scene Scene { get; }

    /// <param name="sidecar">What the block says besides the cgroups.</param>
    /// <param name="siblings">The sidecar's cgroup is beside the application's and not below it.</param>
    public static async Task<SidecarScene> StartAsync(
        string sidecar = "outboundPort: 15001, inboundPort: 15006", bool siblings = false)
    {
        var prepared = Prepare(sidecar, siblings);
        try
        {
            await prepared.Scene.StartAgentAsync();
            await prepared.AssertAttachedAsync();
            return prepared;
        }
        catch
        {
            await prepared.DisposeAsync();
            throw;
        }
    }

    public static SidecarScene Prepare(string sidecar, bool siblings = false)
    {
        var cgroups = new CgroupTree();
        try
        {
            var block = sidecar.Contains("mark:", StringComparison.Ordinal)
                ? sidecar : $"sidecarCgroup: {cgroups.Sidecar}, {sidecar}";
            var cgroup = siblings ? cgroups.Application : cgroups.Workload;
            return new SidecarScene(cgroups, Scene.Prepare(new Dictionary<string, string>
            {
                ["server"] = "labels: { org: empire, class: server }",
                ["client"] = $"labels: {{ org: empire }}, sidecar: {{ cgroup: {cgroup}, {block} }}",
            }));
        }
        catch
        {
            cgroups.Dispose();
            throw;
        }
    }

    /// <summary>Starts the stand-in for Envoy.</summary>
    public Task<NetnsProcess> StartSidecarAsync(string? cgroup = null, params string[] more) => LaunchAsync(
        "client", CgroupTree.Through(cgroup
            ?? Cgroups.Sidecar, ["python3", Party("sidecar.py"), $"{Outbound}", $"{Inbound}", .. more]));

    /// <summary>Servers of the workload <c>server</c>, or of another one, in no cgroup of ours or in one.</summary>
    public Task<NetnsProcess> StartServerAsync(string workload, string? cgroup, params int[] ports)
    {
        string[] command = ["python3", Party("server.py"), .. ports.Select(port => $"{port}")];
        return LaunchAsync(workload, cgroup is null ? command : CgroupTree.Through(cgroup, command));
    }

    /// <summary>What the application prints.</summary>
    public Task<string> AskAsync(string kind, IPAddress address, int port, params string[] more) =>
        AskFromAsync("client", Cgroups.Application, kind, address, port, more);

    /// <summary>What a client prints that is in another workload or cgroup.</summary>
    public async Task<string> AskFromAsync(
        string workload, string? cgroup, string kind, IPAddress address, int port, params string[] more)
    {
        string[] command = ["python3", Party("client.py"), kind, address.ToString(), $"{port}", .. more];
        command = cgroup is null ? command : CgroupTree.Through(cgroup, command);
        await using var client = Scene.Lab.Start(workload, command[0], command[1..]);
        Assert.True(await client.WaitForExitAsync(Wait.Patience) == 0, client.Captured());
        return client.Output.Trim();
    }

    public async Task<SidecarReport> ReportAsync() => Assert.Single(await Scene.ReadSidecarsAsync());

    public async Task AssertAttachedAsync()
    {
        var report = await ReportAsync();
        Assert.True(report.State == "attached", report.Reason);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Scene.DisposeAsync();
        }
        finally
        {
            Cgroups.Dispose();
        }
    }

    public static string Party(string name) => Path.Combine(AppContext.BaseDirectory, "Sidecars", "Parties", name);

    private async Task<NetnsProcess> LaunchAsync(string workload, params string[] command)
    {
        var process = Scene.Lab.Start(workload, command[0], command[1..]);
        await process.WaitForTextAsync("listening", Wait.Patience);
        return process;
    }
}
