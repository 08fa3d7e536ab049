using System.Globalization;

namespace Jumpgate.EndToEnd.Tests.Kernels;

/// <summary>The deathstar on Linux 6.1: the same objects load there and do the same, lanes included.</summary>
[Collection("kernel")]
public sealed class OldKernelTests(OldKernel kernel) : IClassFixture<OldKernel>
{
    private const string IPv4 = "10.66.1.2";
    private const string IPv6 = "[fd66:1::2]";

    [Fact]
    public void Agent_OnLinux61_LoadsAndIsReady()
    {
        Assert.StartsWith("6.1.", kernel.Said("kernel"), StringComparison.Ordinal);
        Assert.Equal("0", kernel.Said("modules-before"));
        Assert.Equal("yes", kernel.Said("ready"));
        Assert.Equal("cls_bpf sch_ingress veth", kernel.Said("modules"));
        Assert.Equal("yes", kernel.Said("done"));
    }

    [Theory]
    [InlineData(IPv4)]
    [InlineData(IPv6)]
    public void Requests_OnLinux61_ObeyHttpPolicy(string address)
    {
        Assert.Equal("200", kernel.Said($"allowed-{address}"));
        Assert.Equal("403", kernel.Said($"forbidden-{address}"));
    }

    [Theory]
    [InlineData(IPv4)]
    [InlineData(IPv6)]
    public void Stranger_OnLinux61_IsDroppedByTheKernel(string address)
    {
        Assert.Equal("000", kernel.Said($"stranger-{address}"));
        Assert.True(int.Parse(kernel.Said("drops"), CultureInfo.InvariantCulture) >= 2);
    }

    [Theory]
    [InlineData(IPv4)]
    [InlineData(IPv6)]
    public void Lane_OnLinux61_DecidesRequests(string address)
    {
        var words = kernel.Said($"lanes-{address}").Split(' ');

        Assert.Equal("200", words[0]);
        Assert.True(int.Parse(words[1], CultureInfo.InvariantCulture) > 0, kernel.Console);
    }

    [Fact]
    public void Lane_OnLinux61_FramesChunkedResponses()
    {
        var numbers = kernel.Said("chunked").Split(' ')
            .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();

        Assert.True(numbers is [6, > 0, 0], kernel.Console);
    }

    [Theory]
    [InlineData("10.66.3.2")]
    [InlineData("[fd66:3::2]")]
    public void Pair_OnLinux61_JoinsWithoutAProxy(string address)
    {
        var words = kernel.Said($"pairs-{address}").Split(' ');

        Assert.Equal("200", words[0]);
        Assert.True(int.Parse(words[1], CultureInfo.InvariantCulture) > 0, kernel.Console);
    }

    [Theory]
    [InlineData("10.66.1.2", "10.66.3.2")]
    [InlineData("[fd66:1::2]", "[fd66:3::2]")]
    public void Sidecar_OnLinux61_GetsBothDirections(string there, string here)
    {
        Assert.Equal($"200 {there.Trim('[', ']')}", kernel.Said($"sidecar-out-{there}"));
        Assert.Equal("200", kernel.Said($"sidecar-in-{here}"));
    }

    [Fact]
    public void Sidecar_OnLinux61_IsJoinedWithItsApplication()
    {
        Assert.Contains("\"outbound_joined\":2", kernel.Said("sidecars"), StringComparison.Ordinal);
        Assert.DoesNotContain("\"queue_bytes\":0", kernel.Said("sidecars"), StringComparison.Ordinal);
        Assert.Contains("\"short_circuit\":\"on\"", kernel.Said("sidecars"), StringComparison.Ordinal);
    }

    /// <summary>Servers that trust FIONREAD cannot bear lanes there.</summary>
    [Fact]
    public void Lanes_OnLinux61_AreForThoseWhoAskForThem() =>
        Assert.Contains("only workloads labelled jumpgate.dev/lanes", kernel.Console, StringComparison.Ordinal);

    [Fact]
    public void Cleanup_OnLinux61_LeavesNothing()
    {
        Assert.Equal("0", kernel.Said("agent-exit"));
        Assert.Equal("0", kernel.Said("cleanup-exit"));
        Assert.Equal("0", kernel.Said("left-pins"));
        Assert.Equal("0", kernel.Said("left-qdiscs"));
        Assert.Equal("0", kernel.Said("left-rules"));
    }
}
