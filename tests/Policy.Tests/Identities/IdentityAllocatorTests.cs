using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Tests.Identities;

public sealed class IdentityAllocatorTests
{
    private static readonly LabelSet Empire = new([new Label("unspec", "org", "empire"), new Label("k8s", "app", "x")]);
    private static readonly LabelSet Alliance = new([new Label("unspec", "org", "alliance")]);
    private static readonly ImmutableDictionary<string, ushort> Web = Ports(80);

    [Fact]
    public void ForLabels_EqualSets_ShareANumberFrom256()
    {
        var allocator = new IdentityAllocator();
        Assert.Equal(256u, allocator.ForLabels(Empire).Value);
        Assert.Equal(257u, allocator.ForLabels(Alliance).Value);
        Assert.Equal(256u, allocator.ForLabels(new LabelSet(Empire.Reverse())).Value);
    }

    [Fact]
    public void ForCidr_Prefix_HasANumberOfItsOwnRange()
    {
        var allocator = new IdentityAllocator();
        Assert.Equal(1u << 24, allocator.ForCidr(IPNetwork.Parse("10.0.0.0/8")).Value);
        Assert.Equal((1u << 24) + 1, allocator.ForCidr(IPNetwork.Parse("10.0.0.0/9")).Value);
        Assert.Equal(1u << 24, allocator.ForCidr(IPNetwork.Parse("10.0.0.0/8")).Value);
        Assert.Equal(
            "cidr:10.0.0.0/8,reserved:world", IdentityAllocator.CidrLabels(IPNetwork.Parse("10.0.0.0/8")).ToString());
    }

    [Fact]
    public void ForGroup_FirstPorts_HaveTheIdentitysNumber()
    {
        var allocator = new IdentityAllocator();
        var identity = allocator.ForLabels(Empire);
        Assert.Equal(identity.Value, allocator.ForGroup(identity, Web).Value);
        Assert.Equal(IdentityAllocator.FirstExtraGroup, allocator.ForGroup(identity, Ports(81)).Value);
        Assert.Equal(identity.Value, allocator.ForGroup(identity, Ports(80)).Value);
    }

    [Fact]
    public void TryImport_ExportedThroughJson_GoesOnWithTheSameNumbers()
    {
        var first = new IdentityAllocator();
        var empire = first.ForLabels(Empire);
        var prefix = first.ForCidr(IPNetwork.Parse("2001:db8::/32"));
        first.ForGroup(empire, Web);
        var extra = first.ForGroup(empire, Ports(81));

        var state = JsonSerializer.Deserialize<IdentityAllocatorState>(JsonSerializer.Serialize(first.Export()))!;
        Assert.True(IdentityAllocator.TryImport(state, out var second, out _));
        Assert.Equal(257u, second.ForLabels(Alliance).Value);
        Assert.Equal(empire, second.ForLabels(Empire));
        Assert.Equal(prefix, second.ForCidr(IPNetwork.Parse("2001:db8::/32")));
        Assert.Equal(prefix.Value + 1, second.ForCidr(IPNetwork.Parse("2001:db8::/33")).Value);
        Assert.Equal(extra, second.ForGroup(empire, Ports(81)));
        Assert.Equal(extra.Value + 1, second.ForGroup(empire, Ports(82)).Value);
    }

    [Fact]
    public void TryImport_Contradictions_AreRefusedWithAReason()
    {
        var good = new WorkloadIdentityState(256, [new LabelState("unspec", "a", "b")]);
        AssertRefused(State() with { Workloads = [good, good] }, "256");
        AssertRefused(State() with { Workloads = [good with { Identity = 2 }] }, "2");
        AssertRefused(State() with { Workloads = [good, good with { Identity = 257 }] }, "257");
        AssertRefused(State() with { Cidrs = [new CidrIdentityState(1 << 24, "10.0.0.1/8")] }, "10.0.0.1/8");
        AssertRefused(State() with { Cidrs = [new CidrIdentityState(256, "10.0.0.0/8")] }, "256");
        AssertRefused(State() with { Groups = [new GroupState(300, 300, Web)] }, "300");
        AssertRefused(State() with { Workloads = [good], Groups = [new GroupState(257, 256, Web)] }, "257");
        AssertRefused(
            State() with
            {
                Workloads = [good],
                Groups = [new GroupState(256, 256, Web), new GroupState(1 << 28, 256, Web)]
            },
            "268435456");
    }

    private static void AssertRefused(IdentityAllocatorState state, string named)
    {
        Assert.False(IdentityAllocator.TryImport(state, out var allocator, out var reason));
        Assert.Null(allocator);
        Assert.Contains(named, reason, StringComparison.Ordinal);
    }

    private static IdentityAllocatorState State() => new() { Workloads = [], Cidrs = [], Groups = [] };

    private static ImmutableDictionary<string, ushort> Ports(ushort web) =>
        ImmutableDictionary<string, ushort>.Empty.Add("web", web);
}
