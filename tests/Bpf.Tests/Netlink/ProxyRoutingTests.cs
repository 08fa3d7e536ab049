using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink;

public sealed class ProxyRoutingTests
{
    [Fact]
    public void Install_Twice_InstallsOnceForBothFamilies()
    {
        using var lab = Lab.Create();
        using var socket = RouteSocket.Open(lab.Node);
        var routing = new ProxyRouting(socket);

        Assert.False(routing.IsInstalled());
        Assert.True(routing.Install());
        Assert.False(routing.Install());
        Assert.True(routing.IsInstalled());

        foreach (var family in (string[])["-4", "-6"])
        {
            Assert.Single(
                lab.Ip("node", $"{family} rule").Split('\n'),
                line => line.StartsWith("90:", StringComparison.Ordinal)
                    && line.Contains("from all fwmark 0x4a000000/0xff000000 lookup 19015", StringComparison.Ordinal));
            Assert.Matches(@"^local default dev lo ", lab.Ip("node", $"{family} route show table 19015"));
        }
    }

    [Fact]
    public void Remove_AfterInstall_LeavesEverythingAsBefore()
    {
        using var lab = Lab.Create("a");
        using var socket = RouteSocket.Open(lab.Node);
        var routing = new ProxyRouting(socket);
        var before = Everything(lab);

        routing.Install();
        Assert.NotEqual(before, Everything(lab));
        Assert.True(routing.Remove());
        Assert.False(routing.Remove());

        Assert.Equal(before, Everything(lab));
    }

    [Theory]
    [InlineData("rule add from 192.0.2.1 fwmark 0x4a000000/0xff000000 lookup 19015 priority 90")]
    [InlineData("rule add fwmark 0x4a000000/0xff000000 lookup 19015 priority 91")]
    [InlineData("rule add fwmark 0x4a000000 lookup 19015 priority 90")]
    [InlineData("rule add fwmark 0x4a000000/0xff000000 lookup 100 priority 90")]
    [InlineData("-6 rule add from 2001:db8::1 fwmark 0x4a000000/0xff000000 lookup 19015 priority 90")]
    [InlineData("route add 192.0.2.0/24 dev lo table 19015")]
    public void InstallAndRemove_SimilarForeignObject_StaysUntouched(string foreign)
    {
        using var lab = Lab.Create();
        using var socket = RouteSocket.Open(lab.Node);
        var routing = new ProxyRouting(socket);
        lab.Ip("node", foreign);
        var before = Everything(lab);

        Assert.False(routing.IsInstalled());
        Assert.True(routing.Install());
        Assert.True(routing.IsInstalled());
        routing.Remove();

        Assert.Equal(before, Everything(lab));
    }

    [Fact]
    public void Remove_EqualForeignRuleAndRoute_AreUsedAndKept()
    {
        using var lab = Lab.Create();
        using var socket = RouteSocket.Open(lab.Node);
        var routing = new ProxyRouting(socket);
        foreach (var family in (string[])["-4", "-6"])
        {
            lab.Ip("node", $"{family} rule add fwmark 0x4a000000/0xff000000 lookup 19015 priority 90");
            lab.Ip("node", $"{family} route add local default dev lo table 19015");
        }

        var before = Everything(lab);

        Assert.True(routing.IsInstalled());
        Assert.False(routing.Install());
        Assert.False(routing.Remove());
        Assert.Equal(before, Everything(lab));
    }

    [Fact]
    public void Install_TablesDefaultRouteIsForeign_NamesTheRoute()
    {
        using var lab = Lab.Create();
        using var socket = RouteSocket.Open(lab.Node);
        lab.Ip("node", "route add blackhole default table 19015");

        var failure = Assert.Throws<NetlinkException>(() => new ProxyRouting(socket).Install());

        Assert.Contains("IPv4 route 'local default dev lo table 19015'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(lab.NodeName, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Install_IPv6Disabled_InstallsIPv4()
    {
        using var lab = Lab.Create();
        lab.Node.Run(() => File.WriteAllText("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "1"));
        using var socket = RouteSocket.Open(lab.Node);
        var routing = new ProxyRouting(socket);

        Assert.True(routing.Install());
        Assert.True(routing.IsInstalled());
        Assert.Contains("19015", lab.Ip("node", "rule"), StringComparison.Ordinal);
        Assert.True(routing.Remove());
        Assert.DoesNotContain("19015", lab.Ip("node", "rule"), StringComparison.Ordinal);
    }

    private static string Everything(Lab lab) => string.Join('\n', ((string[])
        ["rule", "-6 rule", "route show table all", "-6 route show table all"]).Select(what => lab.Ip("node", what)));
}
