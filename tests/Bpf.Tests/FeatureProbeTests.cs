using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Tests;

public sealed partial class FeatureProbeTests
{
    [Fact]
    public void Missing_ThisKernelAsRoot_IsEmpty() => Assert.Empty(FeatureProbe.Missing());

    [Fact]
    public void Open_WithoutCapabilities_NamesEachInOneLine()
    {
        var thrown = WithoutCapabilities(
            () => Datapath.Open(new() { PinDirectory = "/sys/fs/bpf/jumpgate-test-caps" }));

        var failure = Assert.IsType<DatapathException>(thrown);
        Assert.Contains("CAP_NET_ADMIN is missing", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CAP_BPF is missing", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists("/sys/fs/bpf/jumpgate-test-caps"));
    }

    /// <summary>capset(2) acts on the calling thread: one that ends afterwards.</summary>
    private static Exception? WithoutCapabilities(Action body)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            var header = new uint[] { 0x20080522, 0 };
            var none = new uint[6];
            Assert.Equal(0, SetCapabilities(header, none));
            thrown = Record.Exception(body);
        });
        thread.Start();
        thread.Join();
        return thrown;
    }

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int SetCapabilities(uint[] header, uint[] data);
}
