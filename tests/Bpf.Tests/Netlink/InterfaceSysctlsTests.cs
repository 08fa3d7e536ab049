using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink;

public sealed class InterfaceSysctlsTests
{
    [Theory]
    [InlineData(InterfaceSysctls.AcceptLocal, 1)]
    [InlineData(InterfaceSysctls.ReversePathFilter, 2)]
    public void SetAndRestore_InNamespace_ChangesOnlyThere(string name, int value)
    {
        using var lab = Lab.Create("a");
        var sysctls = new InterfaceSysctls(lab.Node);
        var host = lab["a"].HostInterface;
        var before = sysctls.Read(host, name);

        var change = sysctls.Set(host, name, value);

        Assert.Equal(new SysctlChange(host, name, before!.Value, value), change);
        Assert.Null(sysctls.Set(host, name, value));
        Assert.Equal($"{value}", NodeValue(lab, host, name));
        Assert.Null(new InterfaceSysctls(lab["a"].Namespace).Read(host, name));
        Assert.False(File.Exists($"/proc/sys/net/ipv4/conf/{host}/{name}"));

        Assert.True(sysctls.Restore(change!));
        Assert.Equal($"{before}", NodeValue(lab, host, name));
    }

    [Fact]
    public void Restore_ChangedBySomebodyElseOrGone_LeavesIt()
    {
        using var lab = Lab.Create("a");
        var sysctls = new InterfaceSysctls(lab.Node);
        var host = lab["a"].HostInterface;
        sysctls.Set(host, InterfaceSysctls.ReversePathFilter, 0);
        var change = sysctls.Set(host, InterfaceSysctls.ReversePathFilter, 2)!;

        sysctls.Set(host, InterfaceSysctls.ReversePathFilter, 1);
        Assert.False(sysctls.Restore(change));
        Assert.Equal(1, sysctls.Read(host, InterfaceSysctls.ReversePathFilter));

        lab.RemoveWorkload("a");
        Assert.False(sysctls.Restore(change));
    }

    [Fact]
    public void Set_MissingInterface_NamesIt()
    {
        using var lab = Lab.Create();

        var failure = Assert.Throws<NetlinkException>(
            () => new InterfaceSysctls(lab.Node).Set("gone0", InterfaceSysctls.AcceptLocal, 1));

        Assert.Contains("interface 'gone0'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(lab.NodeName, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../lo", InterfaceSysctls.AcceptLocal)]
    [InlineData("..", InterfaceSysctls.AcceptLocal)]
    [InlineData("lo", "../../tcp_syncookies")]
    public void Read_NameThatLeavesTheDirectory_Refused(string interfaceName, string name)
    {
        using var lab = Lab.Create();

        Assert.Throws<ArgumentException>(() => new InterfaceSysctls(lab.Node).Read(interfaceName, name));
    }

    private static string NodeValue(Lab lab, string host, string name) => Command.Run(
        "nsenter", $"--net=/run/netns/{lab.NodeName}", "cat", $"/proc/sys/net/ipv4/conf/{host}/{name}").Trim();
}
