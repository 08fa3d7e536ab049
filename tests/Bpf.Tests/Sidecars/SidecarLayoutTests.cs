namespace Jumpgate.Bpf.Tests.Sidecars;

public sealed class SidecarLayoutTests
{
    public static TheoryData<string> Objects => [.. SidecarPrograms.Objects];

    [Theory]
    [MemberData(nameof(Objects))]
    public void Compare_ProductObject_EveryTypeIsThereAndFits(string name)
    {
        using var opened = OpenedObject.Open(ProgramObject.Read(typeof(Datapath).Assembly, name));
        var absent = new HashSet<string>();

        Assert.Null(SidecarLayouts.Compare(opened.Btf, absent));
        Assert.Empty(absent);
    }
}
