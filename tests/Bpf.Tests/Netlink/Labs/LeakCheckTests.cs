using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink.Labs;

/// <summary>Looks at the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition("whole process", DisableParallelization = true)]
public sealed class WholeProcess;

[Collection("whole process")]
public sealed class LeakCheckTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task AssertNothingLeft_CleanLab_Passes()
    {
        await UseLabAsync();
        var check = LeakCheck.Start(new LeakOptions { Kinds = Kinds });

        await UseLabAsync();

        await check.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task AssertNothingLeft_NamespaceProcessAndSocketLeft_NamesThem()
    {
        var check = LeakCheck.Start(new LeakOptions { Kinds = Kinds });
        using var lab = Lab.Create();
        using var process = lab.Start("node", "sleep", "1000");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => check.AssertNothingLeftAsync(Short));

        Assert.Contains($"left behind: netns {lab.NodeName}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"left behind: process {process.Id} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"left behind: descriptor {socket.Handle} socket:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AssertNothingLeft_RuleRouteAndQdiscInNamespace_NamesThemBothWays()
    {
        using var lab = Lab.Create("a");
        using var socket = RouteSocket.Open(lab.Node);
        var options = new LeakOptions
        {
            Kinds = LeakKinds.TrafficControl | LeakKinds.Routing,
            Namespaces = [lab.NodeName],
        };
        var before = LeakCheck.Start(options);
        new ProxyRouting(socket).Install();
        Command.Run("tc", "-n", lab.NodeName, "qdisc", "add", "dev", lab["a"].HostInterface, "clsact");

        var left = await Assert.ThrowsAsync<InvalidOperationException>(() => before.AssertNothingLeftAsync(Short));
        var between = LeakCheck.Start(options);
        new ProxyRouting(socket).Remove();
        var gone = await Assert.ThrowsAsync<InvalidOperationException>(() => between.AssertNothingLeftAsync(Short));
        Command.Run("tc", "-n", lab.NodeName, "qdisc", "del", "dev", lab["a"].HostInterface, "clsact");
        await before.AssertNothingLeftAsync();

        Assert.Contains($"left behind: rule {lab.NodeName} -4 90:", left.Message, StringComparison.Ordinal);
        Assert.Contains($"left behind: route {lab.NodeName} -6 local default", left.Message, StringComparison.Ordinal);
        Assert.Contains($"left behind: tc {lab.NodeName} {lab["a"].HostInterface} qdisc clsact", left.Message,
            StringComparison.Ordinal);
        Assert.Contains($"gone: rule {lab.NodeName} -6 90:", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AssertNothingLeft_BpfFilterLeft_NamesProgram()
    {
        using var lab = Lab.Create("a");
        using var directory = new TempDirectory();
        var source = directory.Write(
            "leak.bpf.c",
            "__attribute__((section(\"tc\"), used)) int jg_leak(void *skb) { return 0; }\n"
            + "char licence[] __attribute__((section(\"license\"), used)) = \"GPL\";\n");
        Command.Run("clang", "-O2", "-g", "-target", "bpf", "-c", source, "-o", directory.File("leak.o"));
        var check = LeakCheck.Start(new LeakOptions
        {
            Kinds = LeakKinds.BpfObjects | LeakKinds.TrafficControl,
            Namespaces = [lab.NodeName],
            IsOurBpfObject = name => name == "jg_leak",
        });
        string[] device = ["dev", lab["a"].HostInterface];
        Command.Run("tc", ["-n", lab.NodeName, "qdisc", "add", .. device, "clsact"]);
        Command.Run("tc", [
            "-n", lab.NodeName, "filter", "add", .. device,
            "ingress", "bpf", "da", "obj", directory.File("leak.o"), "sec", "tc"]);

        var left = await Assert.ThrowsAsync<InvalidOperationException>(() => check.AssertNothingLeftAsync(Short));
        Command.Run("tc", ["-n", lab.NodeName, "qdisc", "del", .. device, "clsact"]);
        await check.AssertNothingLeftAsync();

        Assert.Matches(@"left behind: bpf prog \d+ sched_cls jg_leak", left.Message);
        Assert.Contains($"{lab["a"].HostInterface} ingress filter", left.Message, StringComparison.Ordinal);
    }

    private static LeakKinds Kinds =>
        LeakKinds.Namespaces | LeakKinds.Links | LeakKinds.Processes | LeakKinds.Descriptors;

    private static async Task UseLabAsync()
    {
        await using var lab = Lab.Create("a");
        await using var server = await TestHttpServer.StartAsync(
            lab["a"].Namespace, new System.Net.IPEndPoint(lab["a"].IPv4, 0));
        using var client = NetnsHttpClient.Create(lab.Node);
        using var response = await client.GetAsync(new Uri($"http://{server.EndPoint}/"));
        response.EnsureSuccessStatusCode();
        using var process = lab.Start("a", "true");
        await process.WaitForExitAsync(TimeSpan.FromSeconds(10));
    }
}
