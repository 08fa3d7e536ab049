using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Snapshots;

public sealed class TableTests
{
    private static readonly (L4Protocol Protocol, ushort Port)[] Samples =
    [
        (L4Protocol.Other, 0), (L4Protocol.Tcp, 0), (L4Protocol.Tcp, 53), (L4Protocol.Tcp, 79), (L4Protocol.Tcp, 80),
        (L4Protocol.Tcp, 81), (L4Protocol.Tcp, 90), (L4Protocol.Tcp, 8080), (L4Protocol.Tcp, 65535),
        (L4Protocol.Udp, 53),
        (L4Protocol.Udp, 80), (L4Protocol.Udp, 81), (L4Protocol.Udp, 8080),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(150)]
    public void Tables_RandomPolicies_AgreeWithResolveAndWithTheMeaningOfThePolicies(int first)
    {
        for (var seed = first; seed < first + 50; seed++)
        {
            var random = new RandomScene(seed);
            var snapshot = random.Scene.Snapshot;
            var kernel = new KernelView(snapshot.Tables);
            var oracle = new Oracle(random.Documents, a => snapshot.Lookup(IPAddress.Parse(a)).Workload);
            foreach (var subject in RandomScene.Peers)
            {
                foreach (var peer in RandomScene.Peers)
                {
                    foreach (var (protocol, port) in Samples)
                    {
                        AssertAgree(seed, snapshot, kernel, oracle, subject, peer, protocol, port);
                    }
                }
            }
        }
    }

    [Fact]
    public void Tables_PeersWithoutEntries_GetWhatRulesForEverybodySay()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var snapshot = new RandomScene(seed).Scene.Snapshot;
            var kernel = new KernelView(snapshot.Tables);
            foreach (var peer in new[] { new PolicyGroup(0), new PolicyGroup(2), new PolicyGroup(3),
                new PolicyGroup(77_777) })
            {
                foreach (var subject in snapshot.Tables.Subjects)
                {
                    foreach (var (protocol, port) in Samples)
                    {
                        var expected = snapshot.Resolve(subject, peer, protocol, port).Egress;
                        var actual = kernel.Lookup(subject, peer, TrafficDirection.Egress, port, protocol);
                        Assert.Equal((expected.Verdict, expected.Audit), (actual.Verdict, actual.Audit));
                    }
                }
            }
        }
    }

    [Fact]
    public void Tables_Policy_HoldsOnlyWhatDiffersFromTheDefault()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var tables = new RandomScene(seed).Scene.Snapshot.Tables;
            Assert.Equal(tables.Subjects.Length * 2 * tables.PortClassCount, tables.Defaults.Length);
            Assert.All(tables.Policy, e => Assert.NotEqual(
                tables.Defaults[(((e.Subject * 2) + (int)e.Direction) * tables.PortClassCount) + e.PortClass],
                e.Verdict));
        }
    }

    [Fact]
    public void Tables_PortClasses_AreAsFewAsTheRulesTellApart()
    {
        var scene = new Scene().Workload("a", "app=a", "192.0.2.11", "web=8080 unused=9")
            .Workload("b", "app=b", "192.0.2.12");
        Assert.Equal(3, new Scene().Workload("a", "app=a", "192.0.2.11").Snapshot.Tables.PortClassCount);

        scene.Rule(Ingress("app=a", Entry(null, Ports("80/tcp", "443/tcp"), Ports("web/tcp"), Ports("100-200/udp"))));
        var tables = scene.Snapshot.Tables;
        Assert.Equal(131_072, tables.PortClasses.Length);
        // None; TCP: the rest, 80, 443, 8080; UDP: the rest, 100 to 200.
        Assert.Equal(7, tables.PortClassCount);
        Assert.DoesNotContain((ushort)0, tables.PortClasses);
        Assert.Equal(tables.PortClasses[65536 + 100], tables.PortClasses[65536 + 200]);
        Assert.Empty(tables.PortClasses.Take(65536).Intersect(tables.PortClasses.Skip(65536)));
    }

    [Fact]
    public void Tables_TenThousandIdentitiesAndRules_StaySparse()
    {
        const int count = 10_000;
        var scene = new Scene();
        for (var i = 0; i < count; i++)
        {
            scene.Workload($"w{i}", $"app=a{i} tier=t{i % 100}", $"10.{i / 250}.0.{(i % 250) + 1}");
        }

        for (var i = 0; i < count; i++)
        {
            scene.Rule(Ingress(
                $"app=a{i}",
                Entry(Endpoints($"app=a{(i + 1) % count}"), HttpPorts("80/tcp", Request("GET"))),
                Entry(Entities(Entity.World), Ports($"{1000 + (i % 10)}/tcp")),
                Entry(Cidrs($"172.16.{i % 200}.0/24"), Ports("443/tcp"))));
        }

        var tables = scene.Snapshot.Tables;
        Assert.Equal(count, tables.Subjects.Length);
        // Each subject: one workload; the world, its families and 200 prefixes on one port; one prefix on another.
        Assert.Equal(count * (1 + 203 + 1), tables.Policy.Length);
        Assert.Equal(L4Verdict.Redirect, scene.Verdict("w8", "w7"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("w9", "w7"));
    }

    [Fact]
    public void RuleAt_NoRule_IsNull()
    {
        var snapshot = new Scene().Workload("a", "app=a", "192.0.2.11").Snapshot;
        Assert.Null(snapshot.RuleAt(TableVerdict.NoRule));
        Assert.Null(snapshot.RuleAt(0));
    }

    private static void AssertAgree(
        int seed,
        PolicySnapshot snapshot,
        KernelView kernel,
        Oracle oracle,
        string subject,
        string peer,
        L4Protocol protocol,
        ushort port)
    {
        var source = snapshot.Lookup(IPAddress.Parse(subject));
        var destination = snapshot.Lookup(IPAddress.Parse(peer));
        var policy = snapshot.Resolve(source.Group, destination.Group, protocol, port);
        Check(policy.Egress, source, destination, TrafficDirection.Egress, subject, peer);
        Check(policy.Ingress, destination, source, TrafficDirection.Ingress, peer, subject);

        void Check(
            L4Decision decision, AddressRecord of, AddressRecord with, TrafficDirection direction, string ofName,
            string withName)
        {
            var expected = oracle.Judge(ofName, withName, direction, protocol, port);
            var same = expected == (decision.Verdict, decision.Audit)
                && (decision.Verdict == L4Verdict.Redirect) == (decision.Http is not null
                    || decision.Kafka is not null);
            if (of.Workload is not null)
            {
                var table = kernel.Lookup(of.Group, with.Group, direction, port, protocol);
                var rule = decision.Audit ? decision.AuditRule : decision.Rule;
                same &= (decision.Verdict, decision.Audit) == (table.Verdict, table.Audit)
                    && rule?.Location == snapshot.RuleAt(table.Rule)?.Location;
            }

            // Said only on failure: there are millions of these.
            Assert.True(same, same ? null : $"seed {seed}: {direction} of {ofName} with {withName}, {protocol} {port}: "
                + $"expected {expected}, resolved {decision}");
        }
    }
}
