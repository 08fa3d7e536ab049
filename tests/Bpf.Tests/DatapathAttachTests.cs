namespace Jumpgate.Bpf.Tests;

public sealed class DatapathAttachTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void AttachWorkload_Twice_HasOneFilterOnEachSide()
    {
        using var datapath = Datapath.Open(_node.Options);

        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));

        Assert.Equal(1, Count(_node.Tc("filter show dev jgt0 ingress"), "from_workload"));
        Assert.Equal(1, Count(_node.Tc("filter show dev jgt0 egress"), "to_workload"));
        Assert.Equal(
            [new AttachmentInfo(_node.Ifindex, "from_workload", "to_workload")], _node.Run(datapath.ReadAttachments));
    }

    [Fact]
    public void AttachUplink_FormerWorkload_LeavesOnlyIngress()
    {
        using var datapath = Datapath.Open(_node.Options);

        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        _node.Run(() => datapath.AttachUplink(_node.Ifindex));

        Assert.Equal([new AttachmentInfo(_node.Ifindex, "from_uplink", null)], _node.Run(datapath.ReadAttachments));
    }

    [Fact]
    public void Detach_OwnQdisc_RestoresInterface()
    {
        var before = _node.Tc("qdisc show dev jgt0");
        using var datapath = Datapath.Open(_node.Options);

        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        _node.Run(() => datapath.Detach(_node.Ifindex));
        _node.Run(() => datapath.Detach(_node.Ifindex));

        Assert.Equal(before, _node.Tc("qdisc show dev jgt0"));
        Assert.Empty(_node.Run(datapath.ReadAttachments));
    }

    [Fact]
    public void Detach_ForeignQdiscAndFilter_BothStay()
    {
        _node.Tc("qdisc add dev jgt0 clsact");
        AddStranger("ingress", "prio 1 handle 0x99");
        var qdiscs = _node.Tc("qdisc show dev jgt0");
        var filters = _node.Tc("filter show dev jgt0 ingress");
        using var datapath = Datapath.Open(_node.Options);

        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        Assert.Contains("handle 0x99", _node.Tc("filter show dev jgt0 ingress"), StringComparison.Ordinal);
        Assert.Contains("handle 0x4a47", _node.Tc("filter show dev jgt0 ingress"), StringComparison.Ordinal);
        _node.Run(() => datapath.Detach(_node.Ifindex));

        Assert.Equal(qdiscs, _node.Tc("qdisc show dev jgt0"));
        Assert.Equal(filters, _node.Tc("filter show dev jgt0 ingress"));
    }

    [Fact]
    public void Detach_OwnQdiscForeignFilter_QdiscStays()
    {
        using var datapath = Datapath.Open(_node.Options);
        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        AddStranger("egress", "prio 9 handle 1");

        _node.Run(() => datapath.Detach(_node.Ifindex));

        Assert.Contains("clsact", _node.Tc("qdisc show dev jgt0"), StringComparison.Ordinal);
        Assert.Contains("pref 9", _node.Tc("filter show dev jgt0 egress"), StringComparison.Ordinal);
    }

    [Fact]
    public void Attach_ForeignProgramInOurPlace_IsRefusedAndStays()
    {
        using var datapath = Datapath.Open(_node.Options);
        _node.Tc("qdisc add dev jgt0 clsact");
        AddStranger("ingress", "prio 1 handle 0x4a47");

        var thrown = Assert.Throws<DatapathException>(() => _node.Run(() => datapath.AttachUplink(_node.Ifindex)));

        Assert.Contains("0x4a47", thrown.Message, StringComparison.Ordinal);
        _node.Run(() => datapath.Detach(_node.Ifindex));
        Assert.Contains("bpf", _node.Tc("filter show dev jgt0 ingress"), StringComparison.Ordinal);
    }

    [Fact]
    public void Attach_InterfaceGone_ThrowsNamingIt()
    {
        using var datapath = Datapath.Open(_node.Options);

        var thrown = Assert.Throws<DatapathException>(() => _node.Run(() => datapath.AttachWorkload(4711)));

        Assert.Contains("interface 4711", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0u, datapath.ReadMaps().Single(map => map.Name == "attachments").UsedEntries);
        _node.Run(() => datapath.Detach(4711));
    }

    [Fact]
    public void AttachProxyLookup_Twice_KeepsOneLink()
    {
        using var datapath = Datapath.Open(_node.Options);

        _node.Run(datapath.AttachProxyLookup);
        _node.Run(datapath.AttachProxyLookup);

        Assert.True(_node.Run(() => datapath.IsProxyLookupAttached));
        Assert.False(datapath.IsProxyLookupAttached);
        var ours = datapath.ReadPrograms().Single(program => program.Name == "proxy_lookup").Id;
        Assert.Contains(
            $"prog {ours}",
            TestNode.Tool("bpftool", $"link show pinned {_node.PinDirectory}/link_proxy_lookup"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cleanup_AfterEverything_LeavesNothing()
    {
        var before = _node.Tc("qdisc show");
        IReadOnlyList<BpfProgramInfo> programs;
        IReadOnlyList<BpfMapInfo> maps;
        using (var datapath = Datapath.Open(_node.Options))
        {
            datapath.Publish(Images.Create(1));
            _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
            _node.Run(datapath.AttachProxyLookup);
            programs = datapath.ReadPrograms();
            maps = datapath.ReadMaps();
        }

        var report = _node.Run(() => Datapath.Cleanup(_node.PinDirectory));

        Assert.Equal((1, 1, 1, 0), (report.Interfaces, report.Qdiscs, report.Links, report.InterfacesElsewhere));
        Assert.Equal(before, _node.Tc("qdisc show"));
        Assert.False(Directory.Exists(_node.PinDirectory));

        // The kernel frees programs and maps after a grace period.
        Assert.True(SpinWait.SpinUntil(() => NoneLeft("prog", programs.Select(program => program.Id)), 5000));
        Assert.True(SpinWait.SpinUntil(() => NoneLeft("map", maps.Select(map => map.Id)), 5000));
    }

    [Fact]
    public void Cleanup_LostPins_StillRemovesFilters()
    {
        using (var datapath = Datapath.Open(_node.Options))
        {
            _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        }

        foreach (var pin in Directory.GetFiles(_node.PinDirectory))
        {
            File.Delete(pin);
        }

        Assert.Equal(1, _node.Run(() => Datapath.Cleanup(_node.PinDirectory)).Interfaces);
        Assert.Empty(_node.Tc("filter show dev jgt0 ingress").Trim());
    }

    [Fact]
    public void Cleanup_NothingThere_ReportsNothing()
    {
        var report = _node.Run(() => Datapath.Cleanup(_node.PinDirectory));

        Assert.Equal((0, 0, 0), (report.Interfaces, report.Pins, report.Links));
    }

    private void AddStranger(string side, string place)
    {
        using var image = new ObjectFile("stranger");
        _node.Tc($"filter add dev jgt0 {side} {place} protocol all bpf da obj {image.Path} sec tc");
    }

    private static bool NoneLeft(string kind, IEnumerable<uint> ids)
    {
        var present = System.Text.Json.JsonDocument.Parse(TestNode.Tool("bpftool", $"-j {kind} show"))
            .RootElement.EnumerateArray().Select(element => element.GetProperty("id").GetUInt32()).ToHashSet();
        return !ids.Any(present.Contains);
    }

    private static int Count(string text, string part) => text.Split(part + ":", StringSplitOptions.None).Length - 1;
}
