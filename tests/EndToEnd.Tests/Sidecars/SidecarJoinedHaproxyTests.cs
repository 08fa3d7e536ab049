using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>Stock programs at all three places, joined: curl, haproxy and nginx; they are told nothing of it.</summary>
[Collection("kernel")]
public sealed class SidecarJoinedHaproxyTests
{
    private const int Large = 32 * 1024 * 1024;
    private const int Small = 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Haproxy_BetweenCurlAndNginx_LargeAndSmallAreWhole(bool inbound)
    {
        await using var scene = SidecarScene.Prepare(JoinedScene.Block, siblings: true);
        scene.Scene.MoreAgentOptions = ["--lanes", "short-circuit"];
        await scene.Scene.StartAgentAsync();
        await scene.AssertAttachedAsync();
        using var directory = new TempDirectory();
        var large = RandomNumberGenerator.GetBytes(Large);
        await File.WriteAllBytesAsync(directory.File("large"), large);
        await File.WriteAllBytesAsync(directory.File("small"), large[..1000]);
        var (client, server) = inbound ? ("server", "client") : ("client", "server");
        await using var nginx =
            await StartNginxAsync(scene, directory, server, inbound ? scene.Cgroups.Application : null);
        await using var haproxy = await StartHaproxyAsync(scene, directory);
        var url = $"http://{new IPEndPoint(scene.Scene.Lab[server].IPv4, 8080)}";
        string[] options = ["-sS", "--noproxy", "*", "-m", "60", "-w", "%{http_code} "];
        var small = Enumerable.Range(0, Small)
            .SelectMany(i => new[] { "-o", directory.File($"small-{i}"), $"{url}/small" });

        // One connection: up, down, and then many small ones.
        await using var curl = Start(scene, client, inbound ? null : scene.Cgroups.Application, [
            "curl", .. options, "-T", directory.File("large"), $"{url}/copy", "--next",
            .. options, "-o", directory.File("down"), $"{url}/large", .. small]);
        Assert.True(await curl.WaitForExitAsync(TimeSpan.FromSeconds(70)) == 0, curl.Captured());

        Assert.Equal(
            string.Join(' ', Enumerable.Repeat("200", Small + 1).Prepend("201")), curl.Output.Trim());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(large)), await HashAsync(directory.File("copy")));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(large)), await HashAsync(directory.File("down")));
        Assert.All(Enumerable.Range(0, Small), i =>
            Assert.Equal(large[..1000], File.ReadAllBytes(directory.File($"small-{i}"))));
        var report = await scene.ReportAsync();
        Assert.InRange(report.Counts[inbound ? "inbound_joined" : "outbound_joined"], 1ul, 2ul);
        Assert.True(report.QueueBytes > 1000,
            string.Create(CultureInfo.InvariantCulture, $"{report.QueueBytes} bytes by queue"));
    }

    private static async Task<NetnsProcess> StartHaproxyAsync(SidecarScene scene, TempDirectory directory)
    {
        var file = directory.File("haproxy.cfg");
        await File.WriteAllTextAsync(file, SidecarHaproxyTests.Configuration + "\n");
        var haproxy = Start(scene, "client", scene.Cgroups.Sidecar, ["haproxy", "-db", "-f", file]);
        await Wait.UntilAsync(
            async () => (await scene.ReportAsync()).Listeners > 0, Wait.Patience, "haproxy to listen", haproxy.Captured);
        return haproxy;
    }

    private static async Task<NetnsProcess> StartNginxAsync(
        SidecarScene scene, TempDirectory directory, string workload, string? cgroup)
    {
        var path = directory.Path;
        var file = directory.Write("nginx.conf", $$"""
            daemon off;
            user root;
            pid {{path}}/nginx.pid;
            error_log stderr warn;
            events { }
            http {
                access_log off;
                client_max_body_size 0;
                client_body_temp_path {{path}}/body;
                server { listen 0.0.0.0:8080; location / { root {{path}}; dav_methods PUT; } }
            }

            """);
        var nginx = Start(scene, workload, cgroup, ["nginx", "-e", "stderr", "-p", path, "-c", file]);
        await nginx.WaitForPortAsync(new IPEndPoint(IPAddress.Loopback, 8080), Wait.Patience);
        return nginx;
    }

    private static NetnsProcess Start(SidecarScene scene, string workload, string? cgroup, string[] command)
    {
        command = cgroup is null ? command : CgroupTree.Through(cgroup, command);
        return scene.Scene.Lab.Start(workload, command[0], command[1..]);
    }

    private static async Task<string> HashAsync(string file) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(file)));
}
