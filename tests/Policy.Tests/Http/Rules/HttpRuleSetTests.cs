using System.Diagnostics.CodeAnalysis;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Http.Rules;

public sealed class HttpRuleSetTests
{
    [Theory]
    [InlineData("GET", null, "GET /", true)]
    [InlineData("GET", null, "HEAD /", false)]
    [InlineData("GET", null, "get /", false)]
    [InlineData("GET", null, "GETS /", false)]
    [InlineData("GET|HEAD", null, "HEAD /", true)]
    [InlineData(null, "/v1/.*", "PUT /v1/x?y=z", true)]
    [InlineData(null, "/v1", "GET /v1?y", false)]
    [InlineData(null, "/v1", "GET /v1/", false)]
    [InlineData(null, "/V1", "GET /v1", false)]
    [InlineData("POST", "/a", "POST /a", true)]
    [InlineData("POST", "/a", "POST /b", false)]
    [InlineData("POST", "/a", "GET /a", false)]
    [InlineData("OPTIONS", "\\*", "OPTIONS *", true)]
    public void Decide_MethodAndPath_MatchWholeAndAreAnded(string? method, string? path, string request, bool allowed)
    {
        var rule = Request(method, path);
        var decision = Ask.Policy(rule).Decide(request);
        Assert.Equal(allowed ? HttpVerdict.Allowed : HttpVerdict.Denied, decision.Verdict);
        Assert.Equal(allowed ? rule.Location : null, decision.Rule?.Location);
    }

    [Theory]
    [InlineData("a\\.test", "a.test", true)]
    [InlineData("a\\.test", "a.test:8080", false)]
    [InlineData("a\\.test:8080", "a.test:8080", true)]
    [InlineData("a\\.test", "A.test", false)]
    public void Decide_Host_IsTheWholeAuthority(string host, string authority, bool allowed) => Assert.Equal(
        allowed ? HttpVerdict.Allowed : HttpVerdict.Denied,
        Ask.Policy(Request(host: host)).DecideHost("GET /", authority).Verdict);

    [Fact]
    public void Decide_Rules_AreOredAndTheFirstIsNamed()
    {
        var first = Request("PUT");
        var second = Request("GET");
        var third = Request("GET", "/x");
        Assert.Equal(second.Location, Ask.Policy(first, second, third).Decide("GET /x").Rule!.Location);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("GET", false)]
    [InlineData("CONNECT", true)]
    [InlineData("GET|CONNECT", true)]
    [InlineData(".*", true)]
    public void Decide_Connect_NeedsARuleWhoseMethodMatches(string? method, bool allowed) => Assert.Equal(
        allowed ? HttpVerdict.Allowed : HttpVerdict.Denied, Ask.Policy(Request(method)).Verdict("CONNECT a.test:443"));

    [Fact]
    public void Decide_EmptyList_AllowsEverythingButConnect()
    {
        var policy = Ask.Policy();
        Assert.Equal(L4Verdict.Redirect, policy.Verdict);
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("DELETE /x"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("CONNECT a.test:443"));
    }

    [Fact]
    public void Decide_EmptyRule_AllowsEverythingButConnectAndRecordsIt()
    {
        var rule = Request();
        var policy = Ask.Policy(rule);
        Assert.Equal(rule.Location, policy.Decide("DELETE /x").Rule!.Location);
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("CONNECT a.test:443"));
    }

    [Theory]
    [InlineData("X-Key", "a", "x-key: a", true)]
    [InlineData("X-Key", "a", "X-Key: A", false)]
    [InlineData("X-Key", "a", "X-Key: ab", false)]
    [InlineData("X-Key", "a", "Other: a", false)]
    [InlineData("X-Key", null, "X-KEY: anything", true)]
    [InlineData("X-Key", null, "Other: a", false)]
    public void Decide_Header_ComparesNameWithoutCaseAndValueExactly(
        string name, string? value, string header, bool allowed)
    {
        var policy = Ask.Policy(Request("GET") with { Headers = [new HeaderRequirement(name, value)] });
        Assert.Equal(allowed ? HttpVerdict.Allowed : HttpVerdict.Denied, policy.Verdict("GET /", header));
    }

    [Fact]
    public void Decide_RepeatedHeader_IsComparedAsItsValuesJoined()
    {
        var policy = Ask.Policy(Request() with { Headers = [new HeaderRequirement("X", "a,b")] });
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("GET /", "X: a", "x: b"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("GET /", "X: a"));
    }

    [Fact]
    public void Decide_SeveralDocuments_AreUnited()
    {
        var scene = Ask.Pair()
            .Rule(Ingress("app=server", Entry(Endpoints("app=client"), HttpPorts("80/tcp", Request("GET")))))
            .Rule(Ingress("", Entry(Entities(Entity.Cluster), HttpPorts("70-90/tcp", Request("PUT")))));
        var policy = scene.Resolve("client", "server");
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("GET /"));
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("PUT /"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("POST /"));
        Assert.Equal(HttpVerdict.Denied, scene.Resolve("client", "server", 81).Verdict("GET /"));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("client", "server", 91));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("1-100/tcp")]
    [InlineData("0")]
    public void Resolve_L4AllowForPeerAndPort_MakesL7Irrelevant(string port)
    {
        var scene = Ask.Pair()
            .Rule(Ingress("app=server", Entry(Endpoints("app=client"), HttpPorts("80/tcp", Request("GET")))))
            .Rule(Ingress("app=server", Entry(Endpoints(""), Ports(port))));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("client", "server"));
        Assert.False(scene.Resolve("client", "server").HasHttpRules);
    }

    [Fact]
    public void Resolve_L4AllowForAnotherPeer_LeavesL7()
    {
        var scene = Ask.Pair().Workload("friend", "app=friend", "192.0.2.13")
            .Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", Request("GET")))))
            .Rule(Ingress("app=server", Entry(Endpoints("app=friend"))));
        Assert.Equal(L4Verdict.Redirect, scene.Verdict("client", "server"));
        Assert.Equal(L4Verdict.Allow, scene.Verdict("friend", "server"));
        Assert.Equal(L4Verdict.Redirect, scene.Verdict("203.0.113.1", "server"));
    }

    [Fact]
    public void Decide_EnableDefaultDenyFalse_DeniesNothingForItsOwnPeersAndPort()
    {
        var opening = Ingress("app=server", Entry(Endpoints("app=client"), HttpPorts("80/tcp", Request("GET")))) with
        {
            DefaultDenyIngress = false,
        };
        var scene = Ask.Pair().Workload("other", "app=other", "192.0.2.13").Rule(opening)
            .Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", Request("PUT")))));
        Assert.Equal(L4Verdict.Redirect, scene.Verdict("client", "server"));
        Assert.Equal(HttpVerdict.Allowed, scene.Resolve("client", "server").Verdict("POST /"));
        Assert.Equal(HttpVerdict.Denied, scene.Resolve("other", "server").Verdict("POST /"));

        var alone = Ask.Pair().Rule(opening);
        Assert.Equal(HttpVerdict.Allowed, alone.Resolve("client", "server").Verdict("CONNECT a.test:443"));
        Assert.Equal(L4Verdict.Allow, alone.Verdict("client", "server", 81));
    }

    [Fact]
    public void Decide_BothDirections_MustAllow()
    {
        var scene = Ask.Pair()
            .Rule(Egress("app=client", Entry(null, HttpPorts("80/tcp", Request("GET|PUT")))))
            .Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", Request("PUT|POST")))));
        var policy = scene.Resolve("client", "server");
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("PUT /"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("GET /"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("POST /"));
    }

    [Fact]
    public void Decide_DroppedAtL4_IsDenied()
    {
        var scene = Ask.Pair().Rule(Egress("app=client", Entry()))
            .Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", Request("GET")))));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("client", "server"));
        Assert.Equal(HttpVerdict.Denied, scene.Resolve("client", "server").Verdict("GET /"));
    }

    [Fact]
    public void Decide_NoHeaderActions_DoesNotAllocate()
    {
        var policy = Ask.Policy(Request("PUT"), Request("GET", "/v1/.*"));
        var headers = new NoHeaders();
        for (var i = 0; i < 100; i++)
        {
            policy.Decide(new HttpRequestView("GET", "/v1/x", "h", headers));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            policy.Decide(new HttpRequestView("GET", "/v1/x", "h", headers));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class NoHeaders : IRequestHeaders
    {
        public bool TryGet(string name, [NotNullWhen(true)] out string? value)
        {
            value = null;
            return false;
        }
    }
}
