using System.Net;
using System.Text.Json;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Bpf.Tests.Packets;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests;

/// <summary>Filters of others on the same interface: they run, and outlive ours.</summary>
public sealed class ForeignFilterTests : IDisposable
{
    private readonly PacketScene _scene = new(open: true);
    private readonly ObjectFile _image = new("counting");

    public void Dispose()
    {
        _scene.Dispose();
        _image.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FiltersAround_Run_AndSurviveAttachDetachAndCleanup(bool ownsQdisc)
    {
        var node = _scene.Node;
        // What the stack says of itself over IPv6 would be counted too.
        node.Run(() => File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1"));
        if (!ownsQdisc)
        {
            node.Tc("qdisc add dev jgt0 clsact");
        }

        node.Run(() => _scene.Datapath.AttachWorkload(node.Ifindex));

        // Within one priority the newest filter is asked first.
        AddForeign("prio 1 handle 0x99");
        AddForeign("prio 9 handle 0x99");
        using var space = NetworkNamespace.Open(node.NamespaceName);
        using var wire = PacketSocket.Open(space, "jgt1");
        await SeesAsync(wire, PacketScene.OpenPort, before: true, behind: true);
        await SeesAsync(wire, 81, before: true, behind: false);

        node.Run(() => _scene.Datapath.AttachWorkload(node.Ifindex));
        await SeesAsync(wire, PacketScene.OpenPort, before: true, behind: true);
        await SeesAsync(wire, 81, before: true, behind: false);

        node.Run(() => _scene.Datapath.Detach(node.Ifindex));
        await SeesAsync(wire, 81, before: true, behind: true);

        node.Run(() => _scene.Datapath.AttachWorkload(node.Ifindex));
        _scene.Datapath.Dispose();
        var report = node.Run(() => Datapath.Cleanup(node.PinDirectory));
        Assert.Equal((1, 0), (report.Interfaces, report.Qdiscs));
        Assert.Contains("clsact", node.Tc("qdisc show dev jgt0"), StringComparison.Ordinal);
        Assert.Equal(2, Counters().Count);
        await SeesAsync(wire, 81, before: true, behind: true);
    }

    [Fact]
    public void Cleanup_QdiscOfSomebodyElse_StaysThoughNobodyUsesIt()
    {
        var node = _scene.Node;
        node.Tc("qdisc add dev jgt0 clsact");
        node.Run(() => _scene.Datapath.AttachWorkload(node.Ifindex));
        _scene.Datapath.Dispose();

        Assert.Equal(0, node.Run(() => Datapath.Cleanup(node.PinDirectory)).Qdiscs);
        Assert.Contains("clsact", node.Tc("qdisc show dev jgt0"), StringComparison.Ordinal);
        Assert.Empty(node.Tc("filter show dev jgt0 ingress"));
    }

    private void AddForeign(string place) =>
        _scene.Node.Tc($"filter add dev jgt0 ingress {place} protocol all bpf da obj {_image.Path} sec tc");

    /// <summary>Sends one datagram as the workload and waits until all have counted it who should.</summary>
    private async Task SeesAsync(PacketSocket wire, int port, bool before, bool behind)
    {
        var counters = Counters();
        var start = counters.ConvertAll(Read);
        wire.Send(PacketScene.Frame(RawPacket.Udp(
            new IPEndPoint(PacketScene.Workload(false), 40000), new IPEndPoint(PacketScene.Other(false), port), 1)));
        ulong[] expected = [start[0] + (before ? 1u : 0), start[1] + (behind ? 1u : 0)];

        await Wait.UntilAsync(
            () => Read(counters[0]) == expected[0] && Read(counters[1]) == expected[1],
            Wait.Patience,
            $"filters before ({before}) and behind ({behind}) ours to see port {port}",
            () => $"before: {start[0]} to {Read(counters[0])}, behind: {start[1]} to {Read(counters[1])}");
    }

    /// <summary>Maps of the foreign filters, in the order they are asked.</summary>
    private List<int> Counters() => JsonDocument.Parse(_scene.Node.Tc("-j filter show dev jgt0 ingress")).RootElement
        .EnumerateArray()
        .Where(f => f.TryGetProperty("options", out var o) && o.TryGetProperty("handle", out var h)
            && h.GetString() == "0x99")
        .OrderBy(f => f.GetProperty("pref").GetInt32())
        .Select(f => f.GetProperty("options").GetProperty("prog").GetProperty("id").GetInt32())
        .Select(id => Json($"prog show id {id}").GetProperty("map_ids")[0].GetInt32())
        .ToList();

    private static ulong Read(int map) =>
        Json($"map dump id {map}")[0].GetProperty("formatted").GetProperty("value").GetUInt64();

    private static JsonElement Json(string arguments) =>
        JsonDocument.Parse(TestNode.Tool("bpftool", $"-j {arguments}")).RootElement;
}
