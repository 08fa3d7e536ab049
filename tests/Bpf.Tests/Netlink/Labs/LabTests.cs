using System.Net;
using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink.Labs;

public sealed class LabTests
{

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Create_TwoWorkloadsAndWorld_AllReachEachOther(bool ipv6)
    {
        using var lab = Lab.Create(world: true, ["a", "b"]);

        (string, string)[] pairs = [("a", "b"), ("b", "a"), ("a", "world"), ("world", "b")];
        foreach (var (from, to) in pairs)
        {
            await using var server = EchoServer.StartTcp(
                lab[to].Namespace, new IPEndPoint(lab[to].Address(ipv6), 0));
            using var client = lab.Run(
                from, () => new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            await client.ConnectAsync(server.EndPoint).WaitAsync(Wait.Patience);
            Assert.Equal(lab[from].Address(ipv6), ((IPEndPoint)client.LocalEndPoint!).Address);
        }
    }

    [Fact]
    public void Create_Always_LeavesTheMachinesOwnForwardingAlone()
    {
        var before = File.ReadAllText("/proc/sys/net/ipv4/ip_forward");
        using var lab = Lab.Create("a");

        Assert.Equal("1\n", lab.Node.Run(() => File.ReadAllText("/proc/sys/net/ipv4/ip_forward")));
        Assert.Equal(before, File.ReadAllText("/proc/sys/net/ipv4/ip_forward"));
    }

    [Fact]
    public void Dispose_WithProcesses_KillsThemAndRemovesNamespaces()
    {
        var lab = Lab.Create("a");
        var names = (string[])[lab.NodeName, lab["a"].NamespaceName];
        var pid = lab.Start("a", "sh", "-c", "sleep 1000 & sleep 1000").Id;

        lab.Dispose();

        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.All(names, name => Assert.False(File.Exists($"/run/netns/{name}")));
    }

    [Fact]
    public void RemoveAndAddWorkload_SameName_WorksAgain()
    {
        using var lab = Lab.Create("a", "b");
        var before = lab["a"].Namespace.Cookie;

        lab.RemoveWorkload("a");
        lab.AddWorkload("a");

        Assert.NotEqual(before, lab["a"].Namespace.Cookie);
        Assert.Equal(
            WorkloadResolutionOutcome.Found, WorkloadResolver.Resolve(lab.Node, lab["a"].NamespaceName).Outcome);
    }

    [Fact]
    public void CleanStale_DeadProcessesNamespace_RemovesItAndKeepsLiving()
    {
        using var lab = Lab.Create();
        var dead = $"jg-{int.MaxValue}x{Environment.ProcessId}-node";
        Command.Run("ip", "netns", "add", dead);

        var removed = Lab.CleanStale();

        Assert.Contains(dead, removed);
        Assert.False(File.Exists($"/run/netns/{dead}"));
        Assert.DoesNotContain(lab.NodeName, removed);
        Assert.True(File.Exists($"/run/netns/{lab.NodeName}"));
    }
}
