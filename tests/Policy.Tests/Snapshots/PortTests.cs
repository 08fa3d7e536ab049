using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Snapshots;

public sealed class PortTests
{
    private const L4Protocol Tcp = L4Protocol.Tcp;
    private const L4Protocol Udp = L4Protocol.Udp;
    private const L4Protocol Other = L4Protocol.Other;

    [Theory]
    [InlineData("80/tcp", Tcp, 80, true)]
    [InlineData("80/tcp", Tcp, 81, false)]
    [InlineData("80/tcp", Udp, 80, false)]
    [InlineData("80/tcp", Other, 0, false)]
    [InlineData("80/udp", Udp, 80, true)]
    [InlineData("80/udp", Tcp, 80, false)]
    [InlineData("80", Tcp, 80, true)]
    [InlineData("80", Udp, 80, true)]
    [InlineData("80", Other, 0, false)]
    [InlineData("80-90/tcp", Tcp, 80, true)]
    [InlineData("80-90/tcp", Tcp, 85, true)]
    [InlineData("80-90/tcp", Tcp, 90, true)]
    [InlineData("80-90/tcp", Tcp, 91, false)]
    [InlineData("80-90/tcp", Tcp, 79, false)]
    [InlineData("1-65535/tcp", Tcp, 65535, true)]
    [InlineData("0", Tcp, 9, true)]
    [InlineData("0", Udp, 65535, true)]
    [InlineData("0", Other, 0, true)]
    [InlineData("0/tcp", Tcp, 9, true)]
    [InlineData("0/tcp", Tcp, 0, true)]
    [InlineData("0/tcp", Udp, 9, false)]
    [InlineData("0/tcp", Other, 0, false)]
    public void Resolve_PortRule_CoversExactly(string port, L4Protocol protocol, int number, bool allowed)
    {
        var allow = Pair().Rule(Ingress("app=b", Entry(null, Ports(port))));
        Assert.Equal(allowed ? L4Verdict.Allow : L4Verdict.DefaultDeny, allow.Verdict("a", "b", number, protocol));

        var deny = Pair().Rule(IngressDeny("app=b", Entry(null, Ports(port))) with { DefaultDenyIngress = false });
        Assert.Equal(allowed ? L4Verdict.Deny : L4Verdict.Allow, deny.Verdict("a", "b", number, protocol));
    }

    [Theory]
    [InlineData(Tcp, 9)]
    [InlineData(Udp, 9)]
    [InlineData(Other, 0)]
    public void Resolve_PeersWithoutPorts_CoverEveryPortAndProtocol(L4Protocol protocol, int port)
    {
        var scene = Pair()
            .Rule(Ingress("app=b", Entry(Endpoints("app=a")), Entry(Endpoints("app=c"), Ports("80/tcp"))));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("a", "b", port, protocol));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("c", "b", port, protocol));
    }

    [Fact]
    public void Resolve_PortNameAtIngress_IsTheProtectedWorkloads()
    {
        var rule = Ingress("app=b", Entry(null, Ports("web/tcp")));
        Assert.Equal(L4Verdict.Allow, Pair().Rule(rule).Verdict("a", "b", 8080));
        Assert.Equal(L4Verdict.DefaultDeny, Pair().Rule(rule).Verdict("a", "b", 9090));
        Assert.Equal(L4Verdict.Allow, Pair().Rule(rule).Verdict("a", "b2", 9090));
        Assert.Equal(L4Verdict.DefaultDeny, Pair().Rule(rule).Verdict("a", "b2", 8080));
    }

    [Fact]
    public void Resolve_PortNameAtEgress_IsTheDestinations()
    {
        foreach (var peers in new PeerSet?[] { null, Endpoints(""), Entities(Entity.All), Endpoints("app=b") })
        {
            var scene = Pair().Rule(Egress("app=a", Entry(peers, Ports("web"))));
            Assert.Equal(L4Verdict.Allow, scene.Verdict("a", "b", 8080));
            Assert.Equal(L4Verdict.Allow, scene.Verdict("a", "b2", 9090, Udp));
            Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("a", "b", 9090));
            Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("a", "b2", 8080));
        }
    }

    [Fact]
    public void Resolve_UnknownPortName_MatchesNothing()
    {
        var scene = Pair().Rule(Ingress("app=c", Entry(null, Ports("web"))))
            .Rule(Egress("app=a", Entry(null, Ports("web"))));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Resolve("b", "c", 8080).Ingress.Verdict);
        Assert.Equal(L4Verdict.DefaultDeny, scene.Resolve("a", "c", 8080).Egress.Verdict);
        Assert.Equal(L4Verdict.DefaultDeny, scene.Resolve("a", "203.0.113.1", 8080).Egress.Verdict);
    }

    [Fact]
    public void Resolve_PortNames_CompareWithoutCaseAsTheReaderLowersThem() => Assert.Equal(
        L4Verdict.Allow,
        new Scene().Workload("a", "app=a", "192.0.2.11").Workload("b", "app=b", "192.0.2.12", "Web=8080")
            .Rule(Ingress("app=b", Entry(null, Ports("web")))).Verdict("a", "b", 8080));

    [Fact]
    public void Resolve_SeveralPorts_NameTheirOwnElementOfToPorts()
    {
        var first = Ports("80", "81");
        var second = Ports("90");
        var scene = Pair().Rule(Ingress("app=b", Entry(null, first, second)));
        Assert.Equal(first.Location, scene.Resolve("a", "b", 81).Ingress.Rule!.Location);
        Assert.Equal(second.Location, scene.Resolve("a", "b", 90).Ingress.Rule!.Location);
    }

    [Fact]
    public void Resolve_Deny_BeatsEveryAllowWhateverTheOrder()
    {
        var allow = Ingress("app=b", Entry(Endpoints("app=a")));
        var deny = IngressDeny("", Entry(Entities(Entity.Cluster), Ports("80/tcp")));
        foreach (var scene in new[] { Pair().Rule(allow).Rule(deny), Pair().Rule(deny).Rule(allow) })
        {
            Assert.Equal(L4Verdict.Deny, scene.Verdict("a", "b", 80));
            Assert.Equal(
                deny.IngressDeny!.Value[0].Ports!.Value[0].Location, scene.Resolve("a", "b").Ingress.Rule!.Location);
            Assert.Equal(L4Verdict.Allow, scene.Verdict("a", "b", 80, Udp));
            Assert.Equal(L4Verdict.Allow, scene.Verdict("a", "b", 0, Other));
            Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("b", "c", 81));
        }
    }

    [Fact]
    public void Resolve_DenyWithoutPorts_DeniesEverything()
    {
        var scene = Pair().Rule(Ingress("app=b", Entry(null, Ports("0"))))
            .Rule(IngressDeny("app=b", Entry(Endpoints("app=a"))));
        Assert.Equal(L4Verdict.Deny, scene.Verdict("a", "b", 80));
        Assert.Equal(L4Verdict.Deny, scene.Verdict("a", "b", 80, Udp));
        Assert.Equal(L4Verdict.Deny, scene.Verdict("a", "b", 0, Other));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("c", "b", 80));
    }

    [Fact]
    public void Resolve_DenyRuleAlone_PutsInDefaultDeny()
    {
        var scene = Pair().Rule(IngressDeny("app=b", Entry(Endpoints("app=a"))));
        Assert.Equal(L4Verdict.Deny, scene.Verdict("a", "b"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("c", "b"));
    }

    [Fact]
    public void Resolve_EmptyDenyEntry_DeniesNothingByItself() => Assert.Equal(
        L4Verdict.DefaultDeny, Pair().Rule(IngressDeny("app=b", Entry())).Verdict("a", "b"));

    [Fact]
    public void Resolve_EnableDefaultDenyFalse_AllowsWhatTheRuleDoesNotName()
    {
        var scene = Pair()
            .Rule(Ingress("app=b", Entry(Endpoints("app=a"), Ports("80"))) with { DefaultDenyIngress = false });
        Assert.Equal(L4Verdict.Allow, scene.Verdict("c", "b", 9));
        Assert.Null(scene.Resolve("c", "b", 9).Ingress.Rule);
    }

    [Fact]
    public void Resolve_EnableDefaultDenyTrueWithoutSection_Denies()
    {
        var scene = Pair().Rule(For("app=b") with { DefaultDenyIngress = true });
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("a", "b"));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("b", "a"));
    }

    [Fact]
    public void Resolve_EnableDefaultDenyPerRule_OneRuleSuffices()
    {
        var scene = Pair()
            .Rule(Ingress("app=b", Entry(Endpoints("app=a"))) with { DefaultDenyIngress = false })
            .Rule(Ingress("app=b", Entry(Endpoints("app=zzz"))));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("a", "b"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("c", "b"));
    }

    private static Scene Pair() => new Scene()
        .Workload("a", "app=a", "192.0.2.11")
        .Workload("b", "app=b", "192.0.2.12", "web=8080")
        .Workload("b2", "app=b", "192.0.2.13", "web=9090")
        .Workload("c", "app=c", "192.0.2.14");
}
