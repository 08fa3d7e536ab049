namespace Jumpgate.Bpf.Tests;

public sealed class LayoutCheckTests
{
    public static TheoryData<string> Objects => [.. ProgramObject.Names];

    [Theory]
    [MemberData(nameof(Objects))]
    public void Compare_ProductObject_EveryTypeIsThereAndFits(string name)
    {
        using var opened = OpenedObject.Open(ProgramObject.Read(typeof(Datapath).Assembly, name));
        var absent = new HashSet<string>();

        Assert.Null(LayoutCheck.Compare(opened.Btf, absent));
        Assert.Empty(absent);
    }

    [Theory]
    [InlineData(
        "mismatch_offset",
        "struct flow_key: member protocol is 1 bytes at offset 37, FlowKey has 1 bytes at offset 36")]
    [InlineData("mismatch_member", "struct endpoint: member subject of Endpoint does not exist")]
    [InlineData(
        "mismatch_size",
        "struct packet_counter: member bytes is 4 bytes at offset 8, PacketCounter has 8 bytes at offset 8")]
    [InlineData("mismatch_enum", "enum verdict: VERDICT_DENY is 4, Verdict has 3")]
    public void Compare_PlantedDifference_NamesTheField(string name, string expected)
    {
        using var opened = OpenedObject.Open(ProgramObject.Read(typeof(LayoutCheckTests).Assembly, name));

        Assert.Equal(expected, LayoutCheck.Compare(opened.Btf));
    }

    [Fact]
    public void Open_PlantedDifference_StopsBeforeAnythingIsMade()
    {
        var source = ProgramObject.Read(typeof(LayoutCheckTests).Assembly, "mismatch_offset");
        var directory = $"/sys/fs/bpf/jumpgate-test-{Environment.ProcessId}-layout";

        var thrown = Assert.Throws<DatapathException>(
            () => Datapath.Open(new() { PinDirectory = directory }, [source], []));

        Assert.Contains("member protocol", thrown.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
    }
}
