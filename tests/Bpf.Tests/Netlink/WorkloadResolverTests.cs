using System.Net;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink;

public sealed class WorkloadResolverTests
{
    [Fact]
    public void Resolve_OneVeth_FindsHostSideAndAddresses()
    {
        using var lab = Lab.Create("a", "b");

        foreach (var workload in (LabNode[])[lab["a"], lab["b"]])
        {
            var result = WorkloadResolver.Resolve(lab.Node, workload.NamespaceName);

            Assert.Equal(WorkloadResolutionOutcome.Found, result.Outcome);
            Assert.Equal(workload.HostInterface, result.Interface!.HostInterface);
            Assert.Equal(workload.HostIndex, result.Interface.HostIndex);
            Assert.Equal("eth0", result.Interface.WorkloadName);
            Assert.Equal([workload.IPv4, workload.IPv6], result.Interface.Addresses);
        }
    }

    [Fact]
    public void Resolve_VethBetweenWorkloads_NotMistakenForOurs()
    {
        // The trap: eth1's peer ifindex may equal an unrelated interface's index in the node.
        using var lab = Lab.Create("a", "b");
        lab.Ip("a", $"link add eth1 type veth peer name eth1 netns {lab["b"].NamespaceName}");

        var result = WorkloadResolver.Resolve(lab.Node, lab["a"].Namespace);

        Assert.Equal(lab["a"].HostInterface, result.Interface?.HostInterface);
    }

    [Fact]
    public void Resolve_SeveralVeths_NeedsName()
    {
        using var lab = Lab.Create("a");
        lab.Ip("node", $"link add second0 type veth peer name eth1 netns {lab["a"].NamespaceName}");
        lab.Ip("a", "addr add 192.0.2.7/32 dev eth1");

        var unnamed = WorkloadResolver.Resolve(lab.Node, lab["a"].Namespace);
        var named = WorkloadResolver.Resolve(lab.Node, lab["a"].Namespace, "second0");
        var wrong = WorkloadResolver.Resolve(lab.Node, lab["a"].Namespace, "lo");

        Assert.Equal(WorkloadResolutionOutcome.SeveralInterfaces, unnamed.Outcome);
        Assert.Contains($"{lab["a"].HostInterface}, second0", unnamed.Explanation, StringComparison.Ordinal);
        Assert.Equal([IPAddress.Parse("192.0.2.7")], named.Interface!.Addresses);
        Assert.Equal(WorkloadResolutionOutcome.WrongHostInterface, wrong.Outcome);
    }

    [Fact]
    public void Resolve_NoVeth_SaysSo()
    {
        using var lab = Lab.Create("a");
        lab.Ip("a", "link del eth0");

        var result = WorkloadResolver.Resolve(lab.Node, lab["a"].Namespace);

        Assert.Equal(WorkloadResolutionOutcome.NoInterface, result.Outcome);
        Assert.Contains(lab["a"].NamespaceName, result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_VethOfAnotherNode_NotOurs()
    {
        using var lab = Lab.Create("a");
        using var other = Lab.Create("b");

        var result = WorkloadResolver.Resolve(lab.Node, other["b"].Namespace);

        Assert.Equal(WorkloadResolutionOutcome.NoInterface, result.Outcome);
    }

    [Fact]
    public void Resolve_MissingOrOwnNamespace_SaysSo()
    {
        using var lab = Lab.Create();

        Assert.Equal(
            WorkloadResolutionOutcome.NamespaceUnavailable,
            WorkloadResolver.Resolve(lab.Node, "jg-does-not-exist").Outcome);
        Assert.Equal(
            WorkloadResolutionOutcome.NamespaceIsOurs,
            WorkloadResolver.Resolve(lab.Node, lab.NodeName).Outcome);
    }
}
