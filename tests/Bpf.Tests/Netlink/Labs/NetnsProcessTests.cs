using System.Net;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink.Labs;

public sealed class NetnsProcessTests
{

    [Fact]
    public async Task Start_Program_RunsInNamespaceWithItsOwnPidAndEnvironment()
    {
        using var lab = Lab.Create("a");
        var environment = new Dictionary<string, string> { ["GREETING"] = "good day" };
        using var process = lab.Start(
            "a", "sh", ["-c", "stat -Lc %i /proc/self/ns/net; echo $$ $GREETING; echo oops >&2; exit 3"], environment);

        Assert.Equal(3, await process.WaitForExitAsync(Wait.Patience));
        Assert.Equal($"{lab["a"].Namespace.Inode}\n{process.Id} good day\n", process.Output);
        Assert.Equal("oops\n", process.Error);
    }

    [Fact]
    public async Task WaitForText_Printed_Returns()
    {
        using var lab = Lab.Create();
        using var process = lab.Start("node", "sh", "-c", "read line; echo got $line; sleep 1000");

        process.WriteLine("this");

        await process.WaitForTextAsync("got this", Wait.Patience);
        Assert.False(process.HasExited);
    }

    [Fact]
    public async Task WaitForText_ProcessEnds_FailsWithItsOutput()
    {
        using var lab = Lab.Create();
        using var process = lab.Start("node", "sh", "-c", "echo something else; exit 7");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => process.WaitForTextAsync("ready", Wait.Patience));

        Assert.Contains("something else", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("ended with 7", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForPort_Nginx_AnswersInItsNamespaceOnly()
    {
        using var lab = Lab.Create("a", "b");
        await using var nginx = await NginxServer.StartAsync(lab, "b", 8080);
        using var client = NetnsHttpClient.Create(lab["a"].Namespace);

        foreach (var address in (IPAddress[])[lab["b"].IPv4, lab["b"].IPv6])
        {
            Assert.Equal("nginx\n", await client.GetStringAsync(new Uri($"http://{new IPEndPoint(address, 8080)}/")));
        }

        using var elsewhere = NetnsHttpClient.Create(lab.Node);
        await Assert.ThrowsAsync<HttpRequestException>(() => elsewhere.GetAsync(new Uri("http://127.0.0.1:8080/")));
    }

    [Fact]
    public async Task Dispose_TreeOfProcesses_KillsAll()
    {
        using var lab = Lab.Create();
        var process = lab.Start("node", "sh", "-c", "sleep 1000 & echo child $!; wait");
        await process.WaitForTextAsync("child ", Wait.Patience);
        var child = process.Output.Trim().Split(' ')[1];

        process.Dispose();

        await Wait.UntilAsync(() => !Directory.Exists($"/proc/{child}"), Wait.Patience, $"child {child} to end");
    }
}
