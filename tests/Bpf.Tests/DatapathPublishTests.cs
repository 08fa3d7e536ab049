using System.Net;
using System.Net.Sockets;

namespace Jumpgate.Bpf.Tests;

public sealed class DatapathPublishTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Open_FreshNode_LoadsAllProgramsWithNoRevision()
    {
        using var datapath = Datapath.Open(_node.Options);

        Assert.False(datapath.Adopted);
        Assert.Null(datapath.ReplacedBecause);
        Assert.Equal(0ul, datapath.ActiveRevision);
        Assert.Equal(
            ["from_uplink", "from_workload", "on_loopback", "proxy_lookup", "to_workload"],
            datapath.ReadPrograms().Select(program => program.Name).Order(StringComparer.Ordinal));
        Assert.All(datapath.ReadPrograms(), program => Assert.True(program.MemoryBytes > 0));
    }

    [Fact]
    public void Open_FreshNode_PinDirectoryIsPrivate()
    {
        using var datapath = Datapath.Open(_node.Options);

        Assert.Equal("700", TestNode.Tool("stat", $"-c %a {_node.PinDirectory}").Trim());
        Assert.Superset(
            new HashSet<string>(["datapath", "flows", "policy", "program_from_workload", "attachments"]),
            Directory.GetFiles(_node.PinDirectory).Select(path => Path.GetFileName(path)!).ToHashSet());
        Assert.Empty(Directory.GetDirectories(_node.PinDirectory));
    }

    [Fact]
    public void Publish_Revisions_FlipBetweenSlots()
    {
        using var datapath = Datapath.Open(_node.Options);

        datapath.Publish(Images.Create(1, endpoints: 3));
        Assert.Equal(1ul, datapath.ActiveRevision);
        Assert.Equal(3u, Used(datapath, "endpoints/1"));
        Assert.Equal(2u, Used(datapath, "ipcache/1"));
        Assert.Equal(1u, Used(datapath, "policy/1"));
        Assert.DoesNotContain(datapath.ReadMaps(), map => map.Name == "endpoints/0");

        datapath.Publish(Images.Create(2, endpoints: 20000));
        Assert.Equal(2ul, datapath.ActiveRevision);
        Assert.Equal(20000u, Used(datapath, "endpoints/0"));
        Assert.Equal(3u, Used(datapath, "endpoints/1"));
    }

    [Fact]
    public void Publish_PolicyValues_AreWhatTheKernelSays()
    {
        using var datapath = Datapath.Open(_node.Options);
        datapath.Publish(Images.Create(1));

        var id = datapath.ReadMaps().Single(map => map.Name == "policy/1").Id;
        var dump = TestNode.Tool("bpftool", $"map dump id {id}");

        Assert.Contains("00 00 00 00 01 00 00 00  01 00 01 00", dump, StringComparison.Ordinal);
        Assert.Contains("02 01 00 00 07 00 00 00", dump, StringComparison.Ordinal);
    }

    [Fact]
    public void Publish_EmptyImage_IsAccepted()
    {
        using var datapath = Datapath.Open(_node.Options);

        datapath.Publish(new() { Revision = 1 });

        Assert.Equal(1ul, datapath.ActiveRevision);
        Assert.Equal(0u, Used(datapath, "endpoints/1"));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(2ul)]
    public void Publish_WrongRevision_ThrowsAndChangesNothing(ulong revision)
    {
        using var datapath = Datapath.Open(_node.Options);

        Assert.Throws<ArgumentException>(() => datapath.Publish(Images.Create(revision)));
        Assert.Equal(0ul, datapath.ActiveRevision);
    }

    [Fact]
    public void Publish_WrongPortTable_ThrowsAndKeepsRevision()
    {
        using var datapath = Datapath.Open(_node.Options);
        datapath.Publish(Images.Create(1));

        Assert.Throws<ArgumentException>(() => datapath.Publish(Images.Create(2) with { PortClasses = new ushort[5] }));
        Assert.Equal(1ul, datapath.ActiveRevision);
    }

    [Fact]
    public void SetEventLevel_AfterPublish_KeepsRevision()
    {
        using var datapath = Datapath.Open(_node.Options);
        datapath.Publish(Images.Create(1));

        datapath.SetEventLevel(1);

        Assert.Equal(1ul, datapath.ActiveRevision);
    }

    [Fact]
    public void Flows_UnknownKey_IsAbsent()
    {
        using var datapath = Datapath.Open(_node.Options);
        var key = new FlowKey { Source = Address16.From(IPAddress.Loopback), SourcePort = 1, Protocol = 6 };

        Assert.False(datapath.TryGetFlow(key, out _));
        Assert.False(datapath.DeleteFlow(key));
    }

    [Fact]
    public void Counters_FreshMaps_AreZeroForEveryMember()
    {
        using var datapath = Datapath.Open(_node.Options);

        Assert.Equal(Enum.GetValues<DropReason>().Length, datapath.ReadDrops().Count);
        Assert.All(datapath.ReadDrops().Values, counter => Assert.Equal(default, counter));
        Assert.All(datapath.ReadVerdicts().Values, counter => Assert.Equal(default, counter));
    }

    [Fact]
    public void SetListener_ListeningSockets_AreTakenAndCleared()
    {
        using var datapath = Datapath.Open(_node.Options);
        using var four = _node.Run(() => Listen(AddressFamily.InterNetwork, IPAddress.Any));
        using var six = _node.Run(() => Listen(AddressFamily.InterNetworkV6, IPAddress.IPv6Any));
        var id = datapath.ReadMaps().Single(map => map.Name == "listeners").Id;

        datapath.SetListener(AddressFamily.InterNetwork, four.SafeHandle);
        datapath.SetListener(AddressFamily.InterNetworkV6, six.SafeHandle);
        Assert.Equal(2, CountSockets(id));

        datapath.ClearListeners();
        datapath.ClearListeners();
        Assert.Equal(0, CountSockets(id));
    }

    [Fact]
    public void SetListener_NotASocket_Throws()
    {
        using var datapath = Datapath.Open(_node.Options);
        using var file = File.OpenHandle("/dev/null");

        var thrown = Assert.Throws<DatapathException>(() => datapath.SetListener(AddressFamily.InterNetwork, file));
        Assert.Contains("listeners", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => datapath.SetListener(AddressFamily.Unix, file));
    }

    private static uint Used(Datapath datapath, string map) =>
        datapath.ReadMaps().Single(info => info.Name == map).UsedEntries;

    private static Socket Listen(AddressFamily family, IPAddress address)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private static int CountSockets(uint id) =>
        TestNode.Tool("bpftool", $"-j map dump id {id}").Split("\"value\":[", StringSplitOptions.None).Length - 1;
}
