using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Snapshots;

public sealed class PeerTests
{
    private const string Outside = "203.0.113.9";
    private const string Outside6 = "2001:db8:ffff::9";

    [Fact]
    public void Resolve_NoRule_AllowsEverything() =>
        AssertAllowed(People(), "xwing", "ship", "host", Outside, Outside6);

    [Theory]
    [InlineData("org=empire", true)]
    [InlineData("org=empire jumpgate.dev/lanes=off", true)]
    [InlineData("org=empire jumpgate.dev/service=x", false)]
    public void Labels_ThatSayHowBytesTravel_AreNoPartOfTheIdentity(string labels, bool isSame)
    {
        var scene = new Scene().Workload("a", "org=empire", "10.0.0.1").Workload("b", labels, "10.0.0.2");
        Assert.Equal(isSame, scene.Group("a") == scene.Group("b"));
    }

    [Fact]
    public void Resolve_EmptyEntry_IsDefaultDenyAllowingNothing()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry()));
        AssertDenied(scene, L4Verdict.DefaultDeny, "xwing", "ship", "host", Outside);
        Assert.Equal(L4Verdict.Allow, scene.Verdict("deathstar", "xwing"));
    }

    [Fact]
    public void Resolve_EmptySection_DoesNotApply() =>
        AssertAllowed(People().Rule(Ingress("class=deathstar")), "xwing", "host", Outside);

    [Fact]
    public void Resolve_DefaultDeny_NamesTheSpecThatCausesIt()
    {
        var rule = Ingress("class=deathstar", Entry());
        var scene = People().Rule(rule);
        var decision = scene.Resolve("xwing", "deathstar").Ingress;
        Assert.Null(decision.Rule);
        Assert.Equal(rule.Location, decision.DefaultDenyBy!.Location);
        Assert.Equal("p1", decision.DefaultDenyBy.Document.Name);
    }

    [Fact]
    public void Resolve_Endpoints_AllowsOnlyThoseSelected()
    {
        var entry = Entry(Endpoints("org=empire"));
        var scene = People().Rule(Ingress("class=deathstar", entry));
        AssertAllowed(scene, "ship");
        AssertDenied(scene, L4Verdict.DefaultDeny, "xwing", "host", Outside);
        Assert.Equal(entry.Location, scene.Resolve("ship", "deathstar").Ingress.Rule!.Location);
    }

    [Theory]
    [InlineData("org!=alliance", "ship")]
    [InlineData("!org", "nobody")]
    [InlineData("org=alliance|rebel", "xwing")]
    [InlineData("class=ship|deathstar org", "ship")]
    [InlineData("k8s:team", "nobody")]
    public void Resolve_Expressions_MatchAsKubernetesMeansThem(string selector, string peer) =>
        AssertAllowed(People().Rule(Ingress("class=deathstar", Entry(Endpoints(selector)))), peer);

    [Theory]
    [InlineData("org!=alliance", "xwing")]
    [InlineData("!org", "ship")]
    [InlineData("k8s:org", "ship")]
    [InlineData("container:team", "nobody")]
    public void Resolve_Expressions_RefuseTheRest(string selector, string peer) => AssertDenied(
        People().Rule(Ingress("class=deathstar", Entry(Endpoints(selector)))), L4Verdict.DefaultDeny, peer);

    [Fact]
    public void Resolve_PeersEmpty_AreNobody() => AssertDenied(
        People().Rule(Ingress("class=deathstar", Entry(Endpoints(), Ports("80")))),
        L4Verdict.DefaultDeny, "xwing", "ship", "host", Outside);

    [Fact]
    public void Resolve_PeersOmittedWithPorts_AreEverybody()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(null, Ports("80"))));
        AssertAllowed(scene, "xwing", "ship", "host", Outside, Outside6);
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("ship", "deathstar", 81));
    }

    [Fact]
    public void Resolve_EmptySelector_IsEveryWorkload()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(Endpoints(""))));
        AssertAllowed(scene, "xwing", "ship", "nobody");
        AssertDenied(scene, L4Verdict.DefaultDeny, "host", Outside, Outside6);
    }

    [Theory]
    [InlineData(Entity.All, "xwing host 203.0.113.9 2001:db8:ffff::9 fe80::5")]
    [InlineData(Entity.World, "203.0.113.9 2001:db8:ffff::9")]
    [InlineData(Entity.WorldIPv4, "203.0.113.9")]
    [InlineData(Entity.WorldIPv6, "2001:db8:ffff::9")]
    [InlineData(Entity.Host, "host fe80::5")]
    [InlineData(Entity.Cluster, "xwing host fe80::5")]
    public void Resolve_Entity_CoversExactly(Entity entity, string allowed)
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(Entities(entity))));
        foreach (var peer in new[] { "xwing", "host", Outside, Outside6, "fe80::5" })
        {
            var expected = allowed.Split(' ').Contains(peer) ? L4Verdict.Allow : L4Verdict.DefaultDeny;
            Assert.Equal((peer, expected), (peer, scene.Verdict(Name(peer), "deathstar")));
        }
    }

    [Fact]
    public void Resolve_WorldEntity_CoversPrefixesOfOtherRules()
    {
        var scene = People()
            .Rule(Ingress("class=deathstar", Entry(Entities(Entity.World))))
            .Rule(Egress("class=ship", Entry(Cidrs("203.0.113.0/24"))));
        AssertAllowed(scene, Outside);
    }

    [Fact]
    public void Resolve_Cidr_MatchesOutsideTheClusterMinusExceptions()
    {
        var scene = People()
            .Rule(Ingress("class=deathstar", Entry(Cidrs("203.0.113.0/24-203.0.113.128/25", "10.0.0.0/8"))));
        AssertAllowed(scene, Outside);
        AssertDenied(scene, L4Verdict.DefaultDeny, "203.0.113.200", "198.51.100.1", "xwing", "host");
    }

    [Fact]
    public void Resolve_CidrInsideAnotherRulesPrefix_IsStillInTheWiderRule()
    {
        var scene = People()
            .Rule(Ingress("class=deathstar", Entry(Cidrs("203.0.0.0/16"))))
            .Rule(Egress("class=ship", Entry(Cidrs("203.0.113.0/24-203.0.113.8/29"))));
        AssertAllowed(scene, Outside, "203.0.113.200", "203.0.5.5");
    }

    [Fact]
    public void Resolve_ZeroPrefix_IsItsFamilyOutsideTheCluster()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(Cidrs("0.0.0.0/0-198.51.100.0/24"))));
        AssertAllowed(scene, Outside);
        AssertDenied(scene, L4Verdict.DefaultDeny, "198.51.100.4", Outside6, "xwing", "host");
    }

    [Fact]
    public void Resolve_CidrOfLinkLocal_LeavesTheNodeTheNode()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(Cidrs("fe80::/64"))));
        AssertDenied(scene, L4Verdict.DefaultDeny, "fe80::5");
    }

    [Fact]
    public void Resolve_CidrOfWorkloadAddress_DoesNotMatchTheWorkload()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(Cidrs("192.0.2.0/24", "192.0.2.11/32"))));
        AssertDenied(scene, L4Verdict.DefaultDeny, "xwing");
    }

    [Fact]
    public void Resolve_ReservedLabelInSelector_MeansTheEntity()
    {
        var scene = People().Rule(Ingress("class=deathstar", Entry(Endpoints("reserved:host"))), ns: "galaxy");
        AssertAllowed(scene, "host");
        AssertDenied(scene, L4Verdict.DefaultDeny, "xwing", Outside);
    }

    [Fact]
    public void Resolve_NamespacedDocument_SelectsItsNamespaceAndThoseWithout()
    {
        var scene = Namespaces().Rule(Ingress("app=api", Entry()), ns: "blue");
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("free", "api-blue"));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("free", "api-red"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("free", "api-free"));
    }

    [Fact]
    public void Resolve_ClusterwideDocument_SelectsEveryNamespace()
    {
        var scene = Namespaces().Rule(Ingress("app=api", Entry()));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("free", "api-blue"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("free", "api-red"));
    }

    [Fact]
    public void Resolve_PeersOfNamespacedDocument_AreOfItsNamespaceUnlessTheySayOtherwise()
    {
        var scene = Namespaces().Rule(Ingress("app=api", Entry(Endpoints("role=client"))), ns: "blue");
        Assert.Equal(L4Verdict.Allow, scene.Verdict("client-blue", "api-blue"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("client-red", "api-blue"));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("free", "api-blue"));

        var other = Namespaces().Rule(
            Ingress("app=api", Entry(Endpoints("k8s:io.kubernetes.pod.namespace=red role=client"))), ns: "blue");
        Assert.Equal(L4Verdict.DefaultDeny, other.Verdict("client-blue", "api-blue"));
        Assert.Equal(L4Verdict.Allow, other.Verdict("client-red", "api-blue"));
    }

    [Fact]
    public void Resolve_BothSides_MustAllow()
    {
        var scene = People()
            .Rule(Ingress("class=deathstar", Entry(Endpoints("org=empire"))))
            .Rule(Egress("class=ship", Entry(Endpoints("class=deathstar"), Ports("443"))));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("ship", "deathstar", 443));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("ship", "deathstar", 80));
        Assert.Equal(L4Verdict.Allow, scene.Resolve("ship", "deathstar", 80).Ingress.Verdict);
    }

    [Fact]
    public void Resolve_GroupOfVanishedWorkload_FailsClosed()
    {
        var snapshot = People().Snapshot;
        var gone = new PolicyGroup(9999);
        Assert.Equal(
            L4Verdict.DefaultDeny, snapshot.Resolve(snapshot.Tables.Subjects[0], gone, L4Protocol.Tcp, 80).Verdict);
    }

    private static string Name(string peer) => peer == "host" ? "192.0.2.1" : peer;

    private static void AssertAllowed(Scene scene, params string[] peers) =>
        AssertDenied(scene, L4Verdict.Allow, peers);

    private static void AssertDenied(Scene scene, L4Verdict verdict, params string[] peers) => Assert.All(
        peers, peer => Assert.Equal(verdict, scene.Verdict(Name(peer), "deathstar")));

    private static Scene People() => new Scene()
        .Workload("deathstar", "org=empire class=deathstar", "192.0.2.10 2001:db8::10")
        .Workload("xwing", "org=alliance class=ship", "192.0.2.11")
        .Workload("ship", "org=empire class=ship", "192.0.2.12 2001:db8::12")
        .Workload("nobody", "k8s:team=x", "192.0.2.13");

    private static Scene Namespaces() => new Scene()
        .Workload("api-blue", "app=api k8s:io.kubernetes.pod.namespace=blue", "192.0.2.20")
        .Workload("api-red", "app=api k8s:io.kubernetes.pod.namespace=red", "192.0.2.21")
        .Workload("api-free", "app=api", "192.0.2.22")
        .Workload("client-blue", "role=client k8s:io.kubernetes.pod.namespace=blue", "192.0.2.23")
        .Workload("client-red", "role=client k8s:io.kubernetes.pod.namespace=red", "192.0.2.24")
        .Workload("free", "role=client", "192.0.2.25");
}
