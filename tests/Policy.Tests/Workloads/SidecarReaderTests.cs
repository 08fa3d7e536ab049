using System.Net;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Policy.Tests.Workloads;

public sealed class SidecarReaderTests
{
    [Fact]
    public void Read_EveryField_IsUnderstood()
    {
        var result = WorkloadFileReader.Read("w.yaml", """
            workloads:
              - name: a
                netns: n
                sidecar:
                  cgroup: /sys/fs/cgroup/pod/
                  sidecarCgroup: /sys/fs/cgroup/pod/envoy
                  mark: 0x539
                  outboundPort: 15001
                  outboundAddresses: [127.0.0.2]
                  inboundPort: 15006
                  excludeOutboundPorts: [22, 9092]
                  excludeOutboundCIDRs: [10.0.0.0/8, "fd00::/8"]
                  excludeInboundPorts: [9901]
                  excludeInboundCIDRs: [192.0.2.7]
            """);

        Assert.Empty(result.Diagnostics);
        var sidecar = Assert.Single(result.Workloads).Sidecar!;
        Assert.Equal("/sys/fs/cgroup/pod", sidecar.Cgroup);
        Assert.Equal("/sys/fs/cgroup/pod/envoy", sidecar.SidecarCgroup);
        Assert.Equal(1337u, sidecar.Mark);
        Assert.Equal((15001, 15006), (sidecar.OutboundPort, sidecar.InboundPort));
        Assert.Equal(IPAddress.Parse("127.0.0.2"), Assert.Single(sidecar.OutboundAddresses));
        Assert.Equal([22, 9092], sidecar.ExcludeOutboundPorts.Select(port => (int)port));
        Assert.Equal(["10.0.0.0/8", "fd00::/8"], sidecar.ExcludeOutboundCidrs.Select(n => n.ToString()));
        Assert.Equal([9901], sidecar.ExcludeInboundPorts.Select(port => (int)port));
        Assert.Equal(["192.0.2.7/32"], sidecar.ExcludeInboundCidrs.Select(n => n.ToString()));
        Assert.Equal(4, sidecar.Location.Line);
    }

    [Fact]
    public void Read_Addresses_DefaultToBothLoopbacks()
    {
        var result = WorkloadFileReader.Read(
            "w.yaml", "workloads: [{ name: a, netns: n, sidecar: { cgroup: /c/a, mark: 1, outboundPort: 15001 } }]");

        Assert.Empty(result.Diagnostics);
        Assert.Equal(
            ["127.0.0.1", "::1"],
            Assert.Single(result.Workloads).Sidecar!.OutboundAddresses.Select(address => address.ToString()));
    }

    [Theory]
    [InlineData("mark: 1, outboundPort: 15001", "cgroup: is missing")]
    [InlineData("cgroup: pod, mark: 1, outboundPort: 15001", "is no absolute path")]
    [InlineData("cgroup: /c/../a, mark: 1, outboundPort: 15001", "is no absolute path")]
    [InlineData("cgroup: /c/a, outboundPort: 15001", "needs sidecarCgroup or mark")]
    [InlineData("cgroup: /c/a, mark: 1, outboundPort: 15001, shortCircuit: true", "needs sidecarCgroup: a mark")]
    [InlineData("cgroup: /c/a, sidecarCgroup: /c/a, outboundPort: 15001", "every connection would be the sidecar's")]
    [InlineData("cgroup: /c/a, sidecarCgroup: /c, outboundPort: 15001", "every connection would be the sidecar's")]
    [InlineData("cgroup: /c/a, mark: 1", "needs outboundPort, inboundPort or both")]
    [InlineData("cgroup: /c/a, mark: 1, outboundPort: 15001, inboundPort: 15001", "is the outbound port as well")]
    [InlineData("cgroup: /c/a, mark: 1, outboundPort: 0", "must be a port from 1 to 65535")]
    [InlineData("cgroup: /c/a, mark: 0, outboundPort: 15001", "must be a number from 1 to 0xffffffff")]
    [InlineData("cgroup: /c/a, mark: red, outboundPort: 15001", "must be a number from 1 to 0xffffffff")]
    [InlineData("cgroup: /c/a, mark: 0x4b000000, outboundPort: 15001", "one of Jumpgate's own marks")]
    [InlineData(
        "cgroup: /c/a, mark: 1, outboundPort: 15001, outboundAddresses: []", "leave it out for 127.0.0.1 and ::1")]
    [InlineData(
        "cgroup: /c/a, mark: 1, outboundPort: 15001, outboundAddresses: [0.0.0.0]", "no IPv4 or IPv6 address that")]
    [InlineData("cgroup: /c/a, mark: 1, outboundPort: 15001, outboundAddresses: [10.0.0.1, 10.0.0.2]",
        "a second address of its family")]
    [InlineData(
        "cgroup: /c/a, mark: 1, outboundPort: 15001, excludeOutboundCIDRs: [10.0.0.1/8]", "bits set after its prefix")]
    [InlineData("cgroup: /c/a, mark: 1, outboundPort: 15001, excludeOutboundPorts: [http]", "must be a port")]
    [InlineData(
        "cgroup: /c/a, mark: 1, outboundPort: 15001, excludeOutboundPort: [1]", "did you mean excludeOutboundPorts?")]
    public void Read_BadBlock_IsRefusedWithAReason(string block, string reason)
    {
        var result =
            WorkloadFileReader.Read("w.yaml", $"workloads:\n  - {{ name: a, netns: n, sidecar: {{ {block} }} }}");

        Assert.False(result.IsValid);
        Assert.Contains(result.Diagnostics, d => d.ToString().Contains(reason, StringComparison.Ordinal)
            && d.Location is { File: "w.yaml", Line: 2 });
    }

    [Fact]
    public void Read_InboundWithoutNamespace_IsRefused()
    {
        var result = WorkloadFileReader.Read("w.yaml", """
            workloads:
              - { name: a, interface: eth0, addresses: [192.0.2.1], sidecar: { cgroup: /c/a, mark: 1, inboundPort: 15006 } }
            """);

        Assert.Contains(
            "needs the workload's netns", Assert.Single(result.Diagnostics).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/c/a", "/c/a")]
    [InlineData("/c/a", "/c/a/b")]
    [InlineData("/c/a/b", "/c/a")]
    public void Read_OneCgroupInAnother_IsRefused(string first, string second)
    {
        var result = WorkloadFileReader.Read("w.yaml", $$"""
            workloads:
              - { name: a, netns: n, sidecar: { cgroup: {{first}}, mark: 1, outboundPort: 15001 } }
              - { name: b, netns: m, sidecar: { cgroup: {{second}}, mark: 1, outboundPort: 15001 } }
              - { name: c, netns: o, sidecar: { cgroup: /c/ab, mark: 1, outboundPort: 15001 } }
            """);

        var diagnostic = Assert.Single(result.Diagnostics);
        Assert.Contains("that of workload a", diagnostic.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, diagnostic.Location.Line);
    }

    [Fact]
    public void AsksTheSameAs_ArraysOfEqualContent_AreTheSame()
    {
        SidecarDefinition Read(string more) => Assert.Single(WorkloadFileReader.Read(
            "w.yaml",
            $"workloads: [{{ name: a, netns: n, sidecar: {{ cgroup: /c/a, mark: 1, outboundPort: 15001{more} }} }}]").Workloads).Sidecar!;

        Assert.True(Read(", excludeOutboundPorts: [1]").AsksTheSameAs(Read(", excludeOutboundPorts: [1]")));
        Assert.False(Read(", excludeOutboundPorts: [1]").AsksTheSameAs(Read(", excludeOutboundPorts: [2]")));
        Assert.False(Read(", excludeInboundCIDRs: [10.0.0.0/8]").AsksTheSameAs(Read("")));
    }
}
