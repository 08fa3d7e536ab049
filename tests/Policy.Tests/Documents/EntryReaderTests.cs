using System.Net;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class EntryReaderTests
{
    [Theory]
    [InlineData("fromRequires", "ingress", "deprecated")]
    [InlineData("fromGroups", "ingress", "cloud provider")]
    [InlineData("fromNodes", "ingress", "nodes")]
    [InlineData("icmps", "ingress", "ICMP follows")]
    [InlineData("authentication", "ingress", "mutual authentication")]
    [InlineData("toEndpoints", "ingress", "belongs to egress, not ingress; here it is fromEndpoints")]
    [InlineData("toCIDR", "ingress", "belongs to egress")]
    [InlineData("toFQDNs", "ingress", "belongs to egress")]
    [InlineData("toServices", "ingressDeny", "belongs to egress")]
    [InlineData("toRequires", "egress", "deprecated")]
    [InlineData("toGroups", "egress", "cloud provider")]
    [InlineData("toNodes", "egress", "nodes")]
    [InlineData("toServices", "egress", "services")]
    [InlineData("toFQDNs", "egress", "not enforced yet")]
    [InlineData("icmps", "egressDeny", "ICMP follows")]
    [InlineData("authentication", "egress", "mutual authentication")]
    [InlineData("fromCIDRSet", "egress", "belongs to ingress, not egress; here it is toCIDRSet")]
    [InlineData("fromEntities", "egressDeny", "belongs to ingress")]
    [InlineData("fromEndpoint", "ingress", "did you mean fromEndpoints?")]
    public void Read_RefusedPeer_HasItsOwnReason(string name, string section, string word) =>
        Policies.Refuse(Policies.WithEntry($"{name}: []", section), 9, $"spec.{section}[0].{name}", word);

    [Theory]
    [InlineData("fromEndpoints: [{}]\nfromEntities: [all]", "fromEntities", "fromEndpoints already")]
    [InlineData("fromCIDR: [10.0.0.0/8]\nfromCIDRSet: [{ cidr: 10.0.0.0/8 }]", "fromCIDRSet", "fromCIDR already")]
    public void Read_TwoKindsOfPeer_AreRefused(string entry, string field, string word) =>
        Policies.Refuse(Policies.WithEntry(entry), 10, $"spec.ingress[0].{field}", word);

    [Fact]
    public void Read_Entities_AreRead()
    {
        var peers = Policies.AcceptEntry(
            "toEntities: [all, world, world-ipv4, world-ipv6, host, cluster]", "egress").Peers;
        Assert.Equal(
            [Entity.All, Entity.World, Entity.WorldIPv4, Entity.WorldIPv6, Entity.Host, Entity.Cluster],
            Assert.IsType<EntityPeers>(peers).Entities.ToArray());
    }

    [Theory]
    [InlineData("remote-node", "remote-node is not enforced")]
    [InlineData("kube-apiserver", "not enforced")]
    [InlineData("health", "not enforced")]
    [InlineData("init", "not enforced")]
    [InlineData("ingress", "not enforced")]
    [InlineData("unmanaged", "not enforced")]
    [InlineData("none", "not enforced")]
    [InlineData("wrld", "did you mean world?")]
    [InlineData("All", "did you mean all?")]
    public void Read_OtherEntity_IsRefusedByName(string name, string word) =>
        Policies.Refuse(Policies.WithEntry($"fromEntities:\n- {name}"), 10, "spec.ingress[0].fromEntities[0]", word);

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("192.0.2.1", "192.0.2.1/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    public void Read_Cidr_IsRead(string text, string expected)
    {
        var plain = Assert.IsType<CidrPeers>(Policies.AcceptEntry($"fromCIDR: [\"{text}\"]").Peers);
        Assert.Equal(IPNetwork.Parse(expected), Assert.Single(plain.Prefixes).Prefix);
        var set = Assert.IsType<CidrPeers>(
            Policies.AcceptEntry($"toCIDRSet: [{{ cidr: \"{text}\" }}]", "egress").Peers);
        Assert.Equal(IPNetwork.Parse(expected), Assert.Single(set.Prefixes).Prefix);
    }

    [Theory]
    [InlineData("10.0.0.1/8", "write 10.0.0.0/8")]
    [InlineData("2001:db8::1/64", "write 2001:db8::/64")]
    [InlineData("::ffff:192.0.2.1", "write it as 192.0.2.1")]
    [InlineData("::ffff:0:0/96", "IPv4 address inside")]
    [InlineData("10.0.0.0/33", "between 0 and 32")]
    [InlineData("::/129", "between 0 and 128")]
    [InlineData("10.0.0.0/", "between 0 and 32")]
    [InlineData("10.0.0.0/08", "between 0 and 32")]
    [InlineData("10.0.0.0/-1", "between 0 and 32")]
    [InlineData("10.0.0.0/255.0.0.0", "between 0 and 32")]
    [InlineData("10.1", "no IPv4 or IPv6")]
    [InlineData("010.0.0.0", "no IPv4 or IPv6")]
    [InlineData("0x7f.0.0.1", "no IPv4 or IPv6")]
    [InlineData("256.0.0.1", "no IPv4 or IPv6")]
    [InlineData("fe80::1%eth0", "no IPv4 or IPv6")]
    [InlineData("[::1]", "no IPv4 or IPv6")]
    [InlineData("example.com", "no IPv4 or IPv6")]
    [InlineData("", "no IPv4 or IPv6")]
    public void Read_BadCidr_IsRefused(string text, string word) =>
        Policies.Refuse(Policies.WithEntry($"fromCIDR:\n- \"{text}\""), 10, "spec.ingress[0].fromCIDR[0]", word);

    [Fact]
    public void Read_Except_IsRead()
    {
        var peers = Assert.IsType<CidrPeers>(
            Policies.AcceptEntry("fromCIDRSet: [{ cidr: 10.0.0.0/8, except: [10.96.0.0/12, 10.0.0.1] }]").Peers);
        Assert.Equal(
            [IPNetwork.Parse("10.96.0.0/12"), IPNetwork.Parse("10.0.0.1/32")],
            Assert.Single(peers.Prefixes).Except.ToArray());
    }

    [Theory]
    [InlineData("cidr: 10.0.0.0/8\n  except: [11.0.0.0/16]", 11, "except[0]", "not inside 10.0.0.0/8")]
    [InlineData("cidr: 10.0.0.0/8\n  except: [0.0.0.0/0]", 11, "except[0]", "not inside")]
    [InlineData("cidr: 10.0.0.0/8\n  except: [\"2001:db8::/32\"]", 11, "except[0]", "not inside")]
    [InlineData("cidr: 10.0.0.0/8\n  exept: []", 11, "exept", "did you mean except?")]
    [InlineData("except: []", 10, "cidr", "required")]
    [InlineData("cidrGroupRef: x", 10, "cidrGroupRef", "CiliumCIDRGroup")]
    [InlineData("cidrGroupSelector: {}", 10, "cidrGroupSelector", "CiliumCIDRGroup")]
    public void Read_BadCidrSet_IsRefused(string item, int line, string field, string word) =>
        Policies.Refuse(
            Policies.WithEntry($"fromCIDRSet:\n- {item}"), line, $"spec.ingress[0].fromCIDRSet[0].{field}", word);

    [Theory]
    [InlineData("fromEndpoints", "nobody")]
    [InlineData("fromEntities", "nobody")]
    [InlineData("fromCIDR", "nobody")]
    [InlineData("fromCIDRSet", "nobody")]
    public void Read_EmptyPeers_AreNobodyAndWarned(string name, string word)
    {
        Policies.Warn(Policies.WithEntry($"{name}: []"), 9, $"spec.ingress[0].{name}", word);
        Assert.NotNull(Policies.AcceptEntry($"{name}: []").Peers);
    }

    [Fact]
    public void Read_NullPeers_AreAbsentAndWarned()
    {
        const string entry = "fromEndpoints:\ntoPorts: [{ ports: [{ port: 80 }] }]";
        Policies.Warn(Policies.WithEntry(entry), 9, "spec.ingress[0].fromEndpoints", "limits nothing");
        Assert.Null(Policies.AcceptEntry(entry).Peers);
    }

    [Fact]
    public void Read_EmptyToPorts_CountsAsAbsent()
    {
        const string entry = "fromEndpoints: [{}]\ntoPorts: []";
        Policies.Warn(Policies.WithEntry(entry), 10, "spec.ingress[0].toPorts", "left out");
        Assert.Null(Policies.AcceptEntry(entry).Ports);
    }
}
