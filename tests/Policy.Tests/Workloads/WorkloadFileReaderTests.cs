using Jumpgate.Policy.Workloads;

namespace Jumpgate.Policy.Tests.Workloads;

public sealed class WorkloadFileReaderTests
{
    [Fact]
    public void Read_TheIssuesExample_IsUnderstood()
    {
        var result = WorkloadFileReader.Read("w.yaml", """
            workloads:
              - name: deathstar-1
                labels: { org: empire, k8s:class: deathstar }
                netns: jg-deathstar
                interface: jgds0
                addresses: [192.0.2.10, "2001:db8::10"]
                ports: { web: 80 }
            uplinks: [eth1]
            """);

        Assert.True(result.IsValid);
        var workload = Assert.Single(result.Workloads);
        Assert.Equal("deathstar-1", workload.Name);
        Assert.Equal("k8s:class=deathstar,org=empire", workload.Labels.ToString());
        Assert.Equal(["192.0.2.10", "2001:db8::10"], workload.Addresses.Select(a => a.ToString()));
        Assert.Equal(80, workload.Ports["web"]);
        Assert.Equal("eth1", Assert.Single(result.Uplinks));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("workloads: 5", "a list")]
    [InlineData("workload: []", "workloads")]
    [InlineData("workloads: [{ netns: x }]", "name")]
    [InlineData("workloads: [{ name: a }]", "needs netns")]
    [InlineData("workloads: [{ name: a, interface: eth0 }]", "needs netns")]
    [InlineData("workloads: [{ name: a, netns: n }, { name: a, netns: m }]", "unique")]
    [InlineData("workloads: [{ name: a, netns: n, addresses: [1.2.3] }]", "address")]
    [InlineData("workloads: [{ name: a, netns: n, ports: { web: 99999 } }]", "65535")]
    [InlineData("workloads: [{ name: a, netns: n, interface: a-name-that-is-too-long }]", "interface name")]
    [InlineData("workloads: [{ name: a, netns: n, labels: { 'any:x': y } }]", "label key")]
    [InlineData("workloads: [{ name: a, netns: n, lables: {} }]", "labels")]
    [InlineData("workloads: [{ name: a, netns: n, interface: lo, addresses: [127.0.0.2] }]", "leave netns out")]
    [InlineData("workloads: [{ name: a, interface: lo }]", "needs netns")]
    [InlineData("workloads: [{ name: a, interface: lo, addresses: [127.0.0.1] }]", "127.0.0.1 cannot tell")]
    [InlineData("workloads: [{ name: a, interface: lo, addresses: ['::1'] }]", "::1 cannot tell")]
    [InlineData("workloads: [{ name: a, interface: lo, addresses: [10.0.0.1] }]", "10.0.0.1 cannot tell")]
    [InlineData("workloads: [{ name: a, netns: n, labels: { x: [1] } }]", "text")]
    [InlineData("workloads: [", "not YAML")]
    public void Read_BadInput_IsRefusedWithAReason(string yaml, string reason)
    {
        var result = WorkloadFileReader.Read("w.yaml", yaml);

        Assert.False(result.IsValid);
        Assert.Contains(result.Diagnostics, d => d.ToString().Contains(reason, StringComparison.Ordinal)
            && d.Location.File == "w.yaml");
    }
}
