using System.Net;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Tests;

public sealed class LayoutTests
{
    [Theory]
    [InlineData("192.0.2.10", "00000000000000000000ffffc000020a")]
    [InlineData("0.0.0.0", "00000000000000000000ffff00000000")]
    [InlineData("2001:db8::10", "20010db8000000000000000000000010")]
    [InlineData("::", "00000000000000000000000000000000")]
    public void Address16_RoundTrip_KeepsAddress(string text, string hex)
    {
        var address = Address16.From(IPAddress.Parse(text));

        Assert.Equal(hex, Convert.ToHexStringLower(address));
        Assert.Equal(text, address.ToString());
        Assert.Equal(IPAddress.Parse(text), address.ToIPAddress());
        Assert.Equal(address, Address16.From(IPAddress.Parse(text)));
        Assert.Equal(address.GetHashCode(), Address16.From(IPAddress.Parse(text)).GetHashCode());
    }

    [Fact]
    public void FlowKey_Ports_AreNetworkOrderInMemory()
    {
        var key = new FlowKey { SourcePort = 0x1234, DestinationPort = 80, Protocol = 6 };

        Assert.Equal((0x1234, 80), (key.SourcePort, key.DestinationPort));
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<FlowKey>(in key));
        Assert.Equal("1234005006000000", Convert.ToHexStringLower(bytes[32..]));
    }

    [Theory]
    [InlineData("192.0.2.0/24", 120u)]
    [InlineData("0.0.0.0/0", 96u)]
    [InlineData("2001:db8::/32", 32u)]
    [InlineData("::/0", 0u)]
    public void IpCacheKey_FromNetwork_CountsMappedBits(string network, uint length) =>
        Assert.Equal(length, IpCacheKey.From(IPNetwork.Parse(network)).PrefixLength);

    [Theory]
    [InlineData("192.0.2.0", 33)]
    [InlineData("192.0.2.0", -1)]
    [InlineData("2001:db8::", 129)]
    public void IpCacheKey_LengthOutOfRange_Throws(string address, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => IpCacheKey.From(IPAddress.Parse(address), length));

    [Fact]
    public void Flow_RedirectDirections_AreAskedByDirection()
    {
        var flow = new Flow { RedirectDirections = 1 << (int)Direction.Ingress };

        Assert.True(flow.AsksProxy(Direction.Ingress));
        Assert.False(flow.AsksProxy(Direction.Egress));
    }

    [Theory]
    [InlineData("_sourcePort", "source_port")]
    [InlineData("SourcePort", "source_port")]
    [InlineData("_pad", "pad")]
    public void ToC_Names_BecomeSnakeCase(string name, string expected) =>
        Assert.Equal(expected, MirrorLayout.ToC(name));
}
