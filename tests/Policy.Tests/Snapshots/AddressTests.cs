using System.Net;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Snapshots;

public sealed class AddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "reserved:host")]
    [InlineData("2001:db8::1", "reserved:host")]
    [InlineData("::ffff:192.0.2.1", "reserved:host")]
    [InlineData("fe80::1234", "reserved:host")]
    [InlineData("febf::1", "reserved:host")]
    [InlineData("fec0::1", "reserved:world,reserved:world-ipv6")]
    [InlineData("192.0.2.10", "org=empire")]
    [InlineData("::ffff:192.0.2.10", "org=empire")]
    [InlineData("2001:db8::10", "org=empire")]
    [InlineData("8.8.8.8", "reserved:world,reserved:world-ipv4")]
    [InlineData("2001:db8:9::", "reserved:world,reserved:world-ipv6")]
    [InlineData("10.1.1.1", "cidr:10.0.0.0/8,reserved:world")]
    [InlineData("10.2.1.1", "cidr:10.2.0.0/16,reserved:world")]
    public void Lookup_Address_HasTheLabelsOfItsLongestPrefix(string address, string labels)
    {
        var snapshot = Town().Snapshot;
        var record = snapshot.Lookup(IPAddress.Parse(address));
        Assert.Equal(labels, snapshot.FindIdentity(record.Identity)!.Labels.ToString());
        Assert.Equal(labels.StartsWith("org", StringComparison.Ordinal), record.Workload is not null);
    }

    [Fact]
    public void Tables_IpCache_AgreesWithLookupForEveryPrefix()
    {
        var snapshot = Town().Snapshot;
        Assert.All(snapshot.Tables.IpCache, entry =>
        {
            var record = snapshot.Lookup(entry.Prefix.BaseAddress);
            var longer = snapshot.Tables.IpCache.Any(e => e.Prefix.PrefixLength > entry.Prefix.PrefixLength
                && e.Prefix.Contains(entry.Prefix.BaseAddress));
            Assert.True(longer || record.Identity == entry.Identity, entry.ToString());
        });
        Assert.Equal(
            snapshot.Tables.IpCache.Length, snapshot.Tables.IpCache.Select(e => e.Prefix).Distinct().Count());
        Assert.Contains(new IpCacheEntry(IPNetwork.Parse("0.0.0.0/0"), new(9), new(9)), snapshot.Tables.IpCache);
        Assert.Contains(new IpCacheEntry(IPNetwork.Parse("::/0"), new(10), new(10)), snapshot.Tables.IpCache);
        Assert.Contains(new IpCacheEntry(IPNetwork.Parse("fe80::/10"), new(1), new(1)), snapshot.Tables.IpCache);
    }

    [Fact]
    public void Create_MappedPrefix_IsItsIPv4Prefix()
    {
        var scene = Town().Rule(Ingress("", Entry(Cidrs("::ffff:203.0.113.0/120"))));
        Assert.Contains(scene.Snapshot.Tables.IpCache, e => e.Prefix.Equals(IPNetwork.Parse("203.0.113.0/24")));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("203.0.113.9", "a"));
    }

    [Fact]
    public void Create_DuplicateAddress_IsReportedAndTheFirstKeepsIt()
    {
        var scene = Town().Workload("thief", "org=alliance", "192.0.2.10");
        var problem = Assert.Single(scene.Snapshot.Diagnostics);
        Assert.Equal((SnapshotProblem.DuplicateAddress, "thief"), (problem.Problem, problem.Workload.Name));
        Assert.Contains("192.0.2.10", problem.Message, StringComparison.Ordinal);
        Assert.Contains("workload a ", problem.Message, StringComparison.Ordinal);
        Assert.Equal("a", scene.Snapshot.Lookup(IPAddress.Parse("192.0.2.10")).Workload!.Name);
    }

    [Fact]
    public void Create_WorkloadWithTheNodesAddress_IsReported()
    {
        var scene = Town().Workload("odd", "org=odd", "192.0.2.1");
        Assert.Equal(SnapshotProblem.WorkloadHasHostAddress, Assert.Single(scene.Snapshot.Diagnostics).Problem);
        Assert.Equal("odd", scene.Snapshot.Lookup(IPAddress.Parse("192.0.2.1")).Workload!.Name);
    }

    [Fact]
    public void Create_EqualLabels_ShareAnIdentityAndEqualPortsAGroup()
    {
        var scene = Town()
            .Workload("b", "org=empire", "192.0.2.20", "web=80")
            .Workload("c", "org=empire", "192.0.2.21", "web=81")
            .Workload("d", "org=empire", "192.0.2.22", "web=80");
        var records = new[] { "192.0.2.10", "192.0.2.20", "192.0.2.21", "192.0.2.22" }
            .Select(a => scene.Snapshot.Lookup(IPAddress.Parse(a))).ToArray();
        Assert.All(records, r => Assert.Equal(new NumericIdentity(256), r.Identity));
        Assert.Equal(
            [256u, IdentityAllocator.FirstExtraGroup, IdentityAllocator.FirstExtraGroup + 1,
                IdentityAllocator.FirstExtraGroup],
            records.Select(r => r.Group.Value));
        Assert.Equal(["a", "b", "c", "d"], scene.Snapshot.WorkloadsOf(new NumericIdentity(256)).Select(w => w.Name));
        Assert.Equal(3, scene.Snapshot.Tables.Subjects.Length);
    }

    [Fact]
    public void Identities_All_HaveDistinctNumbersAndReservedOnesTheirOwn()
    {
        var identities = Town().Snapshot.Identities;
        Assert.Equal(identities.Length, identities.Select(i => i.Identity).Distinct().Count());
        Assert.Equal("reserved:unknown", identities[0].Labels.ToString());
        Assert.Equal("reserved:host", identities.Single(i => i.Identity == ReservedIdentity.Host).Labels.ToString());
        Assert.Equal("reserved:world", identities.Single(i => i.Identity == ReservedIdentity.World).Labels.ToString());
        Assert.Contains(identities, i => i.Identity.Value == ReservedIdentity.FirstCidr);
    }

    private static Scene Town() => new Scene()
        .Workload("a", "org=empire", "192.0.2.10 2001:db8::10")
        .Rule(Ingress("org=nobody", Entry(Cidrs("10.0.0.0/8-10.2.0.0/16", "0.0.0.0/0"))));
}
