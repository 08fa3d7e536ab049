using System.Net;
using System.Text.Json;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink;

public sealed class RouteSocketTests
{
    [Fact]
    public void ListLinks_LabNode_EqualsIpOutput()
    {
        using var lab = Lab.Create("a", "b");
        lab.Ip("node", "link add br0 type bridge");
        lab.Ip("node", $"link set {lab["b"].HostInterface} master br0");
        using var socket = RouteSocket.Open(lab.Node);

        var links = socket.ListLinks();

        var expected = Command.RunJson("ip", "-n", lab.NodeName, "-j", "-d", "link").EnumerateArray().ToList();
        Assert.Equal(expected.Count, links.Count);
        foreach (var item in expected)
        {
            var link = Assert.Single(links, l => l.Index == item.GetProperty("ifindex").GetInt32());
            Assert.Equal(item.GetProperty("ifname").GetString(), link.Name);
            Assert.Equal(item.GetProperty("mtu").GetInt32(), link.Mtu);
            Assert.Equal(
                item.GetProperty("address").GetString(),
                string.Join(':', link.HardwareAddress.GetAddressBytes().Select(b => $"{b:x2}")));
            Assert.Equal(Optional(item, "linkinfo")?.GetProperty("info_kind").GetString(), link.Kind);
            Assert.Equal(Optional(item, "link_index")?.GetInt32(), link.PeerIndex);
            Assert.Equal(Optional(item, "link_netnsid")?.GetInt32(), link.PeerNamespaceId);
            Assert.Equal(
                Optional(item, "master")?.GetString(), links.FirstOrDefault(l => l.Index == link.MasterIndex)?.Name);
            Assert.Equal(item.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == "UP"), link.IsUp);
        }
    }

    [Fact]
    public void ListAddresses_LabNode_EqualsIpOutput()
    {
        using var lab = Lab.Create("a", "b");
        using var socket = RouteSocket.Open(lab.Node);

        var addresses = socket.ListAddresses()
            .Select(a => $"{a.InterfaceIndex} {a.Address}/{a.PrefixLength} {$"{a.Scope}".ToLowerInvariant()}")
            .Order(StringComparer.Ordinal);

        var expected = Command.RunJson("ip", "-n", lab.NodeName, "-j", "addr").EnumerateArray()
            .SelectMany(link => link.GetProperty("addr_info").EnumerateArray().Select(a =>
                $"{link.GetProperty("ifindex")} {a.GetProperty("local")}/{a.GetProperty("prefixlen")} "
                + a.GetProperty("scope").GetString()))
            .Order(StringComparer.Ordinal);
        Assert.Equal(expected, addresses);
    }

    [Fact]
    public void ListAddresses_OneInterface_OnlyItsOwn()
    {
        using var lab = Lab.Create("a", "b");
        using var socket = RouteSocket.Open(lab.Node);

        var addresses = socket.ListAddresses(lab["a"].HostIndex);

        Assert.Contains(addresses, a => a.Address.Equals(lab["a"].GatewayIPv4) && a.PrefixLength == 24);
        Assert.Contains(addresses, a => a.Address.Equals(lab["a"].GatewayIPv6) && a.Scope == AddressScope.Global);
        Assert.All(addresses, a => Assert.Equal(lab["a"].HostIndex, a.InterfaceIndex));
        Assert.Empty(socket.ListAddresses(99999));
    }

    [Fact]
    public void ListAddresses_PointToPoint_IsOwnEnd()
    {
        using var lab = Lab.Create("a");
        lab.Ip("a", "addr add 192.0.2.1 peer 192.0.2.2/32 dev eth0");
        using var socket = RouteSocket.Open(lab["a"].Namespace);

        Assert.Contains(socket.ListAddresses(), a => a.Address.Equals(IPAddress.Parse("192.0.2.1")));
        Assert.DoesNotContain(socket.ListAddresses(), a => a.Address.Equals(IPAddress.Parse("192.0.2.2")));
    }

    [Fact]
    public void FindLink_NameAndIndex_FoundOrNull()
    {
        using var lab = Lab.Create("a");
        using var socket = RouteSocket.Open(lab.Node);

        Assert.Equal(lab["a"].HostIndex, socket.FindLink(lab["a"].HostInterface)?.Index);
        Assert.Equal(lab["a"].HostInterface, socket.FindLink(lab["a"].HostIndex)?.Name);
        Assert.True(socket.FindLink("lo")?.IsLoopback);
        Assert.Null(socket.FindLink("nosuch0"));
        Assert.Null(socket.FindLink("../../etc"));
        Assert.Null(socket.FindLink("a-name-that-is-too-long-for-the-kernel"));
        Assert.Null(socket.FindLink(99999));
        Assert.Null(socket.FindLink(-1));
    }

    [Fact]
    public void ListLinks_ManyLinks_AllInSeveralDatagrams()
    {
        using var lab = Lab.Create();
        var lines = Enumerable.Range(0, 200).Select(n => $"link add bridge{n} type bridge");
        var added = Command.TryRun(string.Join('\n', lines) + "\n", "ip", "-n", lab.NodeName, "-batch", "-");
        Assert.Equal((0, ""), (added.ExitCode, added.Error));
        using var socket = RouteSocket.Open(lab.Node);

        Assert.Equal(201, socket.ListLinks().Count);
    }

    private static JsonElement? Optional(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) ? value : null;
}
