using Jumpgate.Policy.Workloads;

namespace Jumpgate.Policy.Tests.Workloads;

public sealed class EnvoyBlockReaderTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("envoy: {}", null)]
    [InlineData("envoy: { detectProtocol: false }", null)]
    [InlineData("envoy: { detectProtocol: true }", "")]
    [InlineData("envoy: { detectProtocol: true, serverFirstPorts: [3306, 25] }", "25,3306")]
    public void Read_Block_IsEveryWorkloads(string block, string? ports)
    {
        var result = WorkloadFileReader.Read(
            "w.yaml", $"{block}\nworkloads: [{{ name: a, netns: a }}, {{ name: b, netns: b }}]");

        Assert.True(result.IsValid, string.Join('\n', result.Diagnostics));
        Assert.All(result.Workloads, w =>
            Assert.Equal(ports, w.Detection is { } d ? string.Join(',', d.ServerFirstPorts) : null));
        Assert.Equal(result.Workloads[0].Detection, result.Workloads[1].Detection);
    }

    [Fact]
    public void Read_SameBlockAgain_IsEqual()
    {
        Assert.Equal(Of("[25, 3306]"), Of("[3306, 25]"));
        Assert.Equal(Of("[25]")!.GetHashCode(), Of("[25]")!.GetHashCode());
        Assert.NotEqual(Of("[25]"), Of("[26]"));

        static ProtocolDetection? Of(string ports) => WorkloadFileReader.Read(
            "w.yaml", $"envoy: {{ detectProtocol: true, serverFirstPorts: {ports} }}\nworkloads: [{{ name: a, netns: a }}]").Workloads[0].Detection;
    }

    [Theory]
    [InlineData("envoy: true", "must be a mapping")]
    [InlineData("envoy: { detectProtocol: 1 }", "envoy.detectProtocol: must be true or false")]
    [InlineData("envoy: { detectProtocols: true }", "detectProtocols")]
    [InlineData("envoy: { serverFirstPorts: [25] }", "envoy.serverFirstPorts: says where detectProtocol does not wait")]
    [InlineData("envoy: { detectProtocol: true, serverFirstPorts: [0] }",
        "envoy.serverFirstPorts[0]: must be a port from 1 to 65535")]
    [InlineData("envoy: { detectProtocol: true, serverFirstPorts: [smtp] }", "must be a port from 1 to 65535")]
    [InlineData("envoy: { detectProtocol: true, serverFirstPorts: [25, 25] }",
        "envoy.serverFirstPorts[1]: names port 25 twice")]
    public void Read_BadBlock_IsNamedWithItsLine(string block, string reason)
    {
        var result = WorkloadFileReader.Read("w.yaml", $"workloads: [{{ name: a, netns: a }}]\n{block}");

        var error = Assert.Single(result.Diagnostics);
        Assert.Equal(2, error.Location.Line);
        Assert.Contains(reason, error.ToString(), StringComparison.Ordinal);
        Assert.False(result.IsValid);
    }
}
