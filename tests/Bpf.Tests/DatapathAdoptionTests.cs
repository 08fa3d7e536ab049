namespace Jumpgate.Bpf.Tests;

public sealed class DatapathAdoptionTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Open_AfterKill_GoesOnWithRevisionMapsAndFilters()
    {
        IReadOnlyList<BpfMapInfo> before;
        using (var former = Datapath.Open(_node.Options))
        {
            former.Publish(Images.Create(1));
            _node.Run(() => former.AttachWorkload(_node.Ifindex));
            _node.Run(former.AttachProxyLookup);
            before = former.ReadMaps();
        }

        using var datapath = Datapath.Open(_node.Options);

        Assert.True(datapath.Adopted);
        Assert.Equal(1ul, datapath.ActiveRevision);
        Assert.Equal(before.Select(map => (map.Name, map.Id)), datapath.ReadMaps().Select(map => (map.Name, map.Id)));
        Assert.Equal(
            [new AttachmentInfo(_node.Ifindex, "from_workload", "to_workload")], _node.Run(datapath.ReadAttachments));

        var link = Link();
        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        _node.Run(datapath.AttachProxyLookup);
        datapath.Publish(Images.Create(2));

        Assert.Equal(link, Link());
        var program = datapath.ReadPrograms().Single(info => info.Name == "from_workload").Id;
        Assert.Contains(
            $"from_workload:[{program}]", _node.Tc("filter show dev jgt0 ingress"), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AfterKill_StillKnowsWhoseTheQdiscIs()
    {
        var before = _node.Tc("qdisc show dev jgt0");
        using (var former = Datapath.Open(_node.Options))
        {
            _node.Run(() => former.AttachWorkload(_node.Ifindex));
        }

        using var datapath = Datapath.Open(_node.Options);
        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        _node.Run(() => datapath.Detach(_node.Ifindex));

        Assert.Equal(before, _node.Tc("qdisc show dev jgt0"));
    }

    [Fact]
    public void Open_OtherFlowTableSize_StartsFreshAndSaysSo()
    {
        using (var former = Datapath.Open(_node.Options))
        {
            former.Publish(Images.Create(1));
            _node.Run(() => former.AttachWorkload(_node.Ifindex));
        }

        using var datapath = Datapath.Open(_node.Options with { FlowTableSize = 2048 });

        Assert.False(datapath.Adopted);
        Assert.Equal("map flows: size 1024 is pinned, 2048 is wanted", datapath.ReplacedBecause);
        Assert.Equal(0ul, datapath.ActiveRevision);
        Assert.Contains("from_workload", _node.Tc("filter show dev jgt0 ingress"), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PinsOfEqualSizeButOtherLayout_StartsFreshAndNamesTheField()
    {
        using (Datapath.Open(_node.Options))
        {
        }

        // A former version's `datapath` map: same sizes, two members swapped.
        using var image = new ObjectFile("other_layout");
        var pin = Path.Combine(_node.PinDirectory, "datapath");
        File.Delete(pin);
        var staging = _node.PinDirectory + "-other";
        TestNode.Tool("bpftool", $"prog load {image.Path} {staging} type classifier pinmaps {_node.PinDirectory}");
        File.Delete(staging);

        using var datapath = Datapath.Open(_node.Options);

        Assert.False(datapath.Adopted);
        Assert.Contains("struct datapath: member revision", datapath.ReplacedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RefusedProgram_KeepsFormerState()
    {
        using (var former = Datapath.Open(_node.Options))
        {
            former.Publish(Images.Create(1));
            _node.Run(() => former.AttachWorkload(_node.Ifindex));
        }

        var filters = _node.Tc("filter show dev jgt0 ingress");
        var pins = Pins();
        var objects = ProgramObject.Embedded().ToArray();
        objects[2] = ProgramObject.Read(typeof(DatapathAdoptionTests).Assembly, "refused");

        var thrown = Assert.Throws<DatapathException>(() => Datapath.Open(_node.Options, objects, []));

        Assert.Contains("refused", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("invalid", thrown.VerifierLog, StringComparison.Ordinal);
        Assert.Equal(filters, _node.Tc("filter show dev jgt0 ingress"));
        Assert.Equal(pins, Pins());
        using var datapath = Datapath.Open(_node.Options);
        Assert.Equal(1ul, datapath.ActiveRevision);
    }

    [Fact]
    public void Open_WhileAnotherRuns_IsRefused()
    {
        using var datapath = Datapath.Open(_node.Options);

        var open = Assert.Throws<DatapathException>(() => Datapath.Open(_node.Options));
        var cleanup = Assert.Throws<DatapathException>(() => _node.Run(() => Datapath.Cleanup(_node.PinDirectory)));

        Assert.Contains("in use by another running agent", open.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another running agent", cleanup.Message, StringComparison.Ordinal);
        datapath.Publish(Images.Create(1));
    }

    [Fact]
    public void Open_PinDirectoryElsewhere_SaysWhereItBelongs()
    {
        var directory = Path.Combine(Path.GetTempPath(), Path.GetFileName(_node.PinDirectory));

        var thrown = Assert.Throws<DatapathException>(
            () => Datapath.Open(_node.Options with { PinDirectory = directory }));

        Assert.Contains("/sys/fs/bpf", thrown.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
    }

    private string Link() =>
        TestNode.Tool("bpftool", $"link show pinned {_node.PinDirectory}/link_proxy_lookup").Split(':')[0];

    private string[] Pins() => [.. Directory.GetFileSystemEntries(_node.PinDirectory).Order(StringComparer.Ordinal)];
}
