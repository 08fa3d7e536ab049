using Envoy.Config.Core.V3;
using Envoy.Service.Auth.V3;
using Jumpgate.Agent.ControlPlane.Authorization;
using Jumpgate.Agent.Explain;
using Jumpgate.Agent.Policies;
using Jumpgate.Http;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane.Services;

/// <summary>What the agent says to Envoy is what the proxy would do.</summary>
public sealed class CheckJudgeTests
{
    private static readonly PolicySnapshot s_snapshot = Empire.Snapshot();

    [Theory]
    [InlineData("POST /v1/request-landing")]
    [InlineData("POST /v1/request-landing?x=1")]
    [InlineData("PUT /v1/exhaust-port")]
    [InlineData("PUT /v1/exhaust-port", "X-Has-Force: true")]
    [InlineData("PUT /v1/exhaust-port", "X-Has-Force: True")]
    [InlineData("GET /v1/x?q=%2F")]
    [InlineData("HEAD /v1/x")]
    [InlineData("GET /v1/%2e%2e/admin")]
    [InlineData("GET /v1/a%2Fb")]
    [InlineData("GET /v1/a%5Cb")]
    [InlineData("GET /v1/a%252Fb")]
    [InlineData("GET /v1/a%00")]
    [InlineData("GET /v1/a%zz")]
    [InlineData("GET /v1/a#b")]
    [InlineData("OPTIONS *")]
    [InlineData("GET *")]
    [InlineData("get /v1/x")]
    public void Judge_Request_IsWhatExplainSays(string request, params string[] headers)
    {
        foreach (var (name, from) in new[] { ("tiefighter", Empire.Tiefighter), ("xwing", Empire.Xwing) })
        {
            var explained = Explainer().TryAnswer(
                new ExplainQuestion { From = name, To = "deathstar", Port = 80, Request = request, Headers = headers },
                out _)!;

            var verdict = CheckJudge.Judge(Empire.Ask(from, request, headers: headers), s_snapshot);
            var raw = CheckJudge.Judge(Empire.Ask(from, request, headers: headers).Raw(), s_snapshot);

            Assert.Equal(explained.IsAllowed, verdict.IsAllowed);
            Assert.Equal(explained.IsAllowed, raw.IsAllowed);
            Assert.Equal(explained.Rule, verdict.Rule?.ToString() ?? explained.Rule);
            Assert.Equal(7ul, verdict.Revision);
        }
    }

    [Fact]
    public void Judge_Allowed_NamesTheRuleAndTheTarget()
    {
        var verdict = CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, "GET /v1/x?y=1"), s_snapshot);

        Assert.Equal(RequestOutcome.Forwarded, verdict.Outcome);
        Assert.Equal("/v1/x?y=1", verdict.Target);
        Assert.StartsWith("deathstar (p.yaml:", verdict.Rule!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("::ffff:10.0.0.2", true)]
    [InlineData("fd00::2", true)]
    [InlineData("10.0.0.3", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("10.9.9.9", false)]
    [InlineData("", false)]
    [InlineData("tiefighter", false)]
    [InlineData("[fd00::2]", false)]
    [InlineData("10.0.2", false)]
    [InlineData("0x0a.0.0.2", false)]
    [InlineData("010.0.0.2", false)]
    [InlineData("167772162", false)]
    public void Judge_SourceIs_ItsAddress_AndNothingElse(string address, bool allowed)
    {
        Assert.Equal(allowed, CheckJudge.Judge(Empire.Ask(address, "POST /v1/request-landing"), s_snapshot).IsAllowed);
    }

    [Fact]
    public void Judge_WhatTheClientSaysOfItself_CountsForNothing()
    {
        var asked = Empire.Ask(
            Empire.Xwing, "POST /v1/request-landing",
            headers: ["X-Forwarded-For: 10.0.0.2", "x-envoy-original-dst-host: 10.0.0.4:80",
                "x-envoy-external-address: 10.0.0.2"]);
        asked.Source.Principal = "spiffe://empire/ns/default/sa/tiefighter";
        asked.Source.Service = "tiefighter";
        asked.Source.Labels.Add("org", "empire");

        Assert.Equal(RequestOutcome.Denied, CheckJudge.Judge(asked, s_snapshot).Outcome);
    }

    [Fact]
    public void Judge_AddressThatIsMissingOrNone_IsANo()
    {
        AttributeContext[] hostile =
        [
            Change(a => a.Source = null), Change(a => a.Destination = null), Change(a => a.Source.Address = null),
            Change(a => a.Source.Address = new Address { Pipe = new Pipe { Path = "/run/x" } }),
            Change(a => a.Source.Address = new Address { EnvoyInternalAddress = new EnvoyInternalAddress { ServerListenerName = "x" } }),
            Change(a => a.Destination.Address.SocketAddress.NamedPort = "http"),
            Change(a => a.Destination.Address.SocketAddress.PortValue = 65536 + 80),
            Change(a => a.Destination.Address.SocketAddress.ClearPortSpecifier()),
        ];

        Assert.All(hostile, attributes =>
            Assert.Equal(RequestOutcome.Rejected, CheckJudge.Judge(attributes, s_snapshot).Outcome));
        Assert.False(CheckJudge.Judge(null, s_snapshot).IsAllowed);
        Assert.False(CheckJudge.Judge(new AttributeContext(), s_snapshot).IsAllowed);
    }

    [Fact]
    public void Judge_NeitherPartyIsAWorkload_IsANo()
    {
        var verdict = CheckJudge.Judge(Empire.Ask("192.0.2.1", "GET /", "192.0.2.2"), s_snapshot);

        Assert.Equal((RequestOutcome.Rejected, 403), (verdict.Outcome, verdict.Status));
        Assert.Contains("neither", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_PortWithoutL7Rules_IsJudgedAtL4_WhateverTheRequest()
    {
        Assert.True(
            CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, "GET /any/../thing%zz", port: 81), s_snapshot).IsAllowed);
        Assert.True(CheckJudge.Judge(Empire.Connect(Empire.Tiefighter, port: 81), s_snapshot).IsAllowed);
        Assert.True(CheckJudge.Judge(Empire.Connect(Empire.Tiefighter, Empire.Xwing, 12), s_snapshot).IsAllowed);
        Assert.Equal(
            RequestOutcome.Denied, CheckJudge.Judge(Empire.Connect(Empire.Xwing, port: 81), s_snapshot).Outcome);
        Assert.Equal(
            RequestOutcome.Denied, CheckJudge.Judge(Empire.Connect(Empire.Tiefighter, port: 82), s_snapshot).Outcome);
    }

    [Fact]
    public void Judge_ConnectionToL7Port_IsANo_SinceItsRequestsWouldPassUnjudged()
    {
        var verdict = CheckJudge.Judge(Empire.Connect(Empire.Tiefighter), s_snapshot);

        Assert.Equal(RequestOutcome.Rejected, verdict.Outcome);
        Assert.Contains("HTTP filter", verdict.Reason, StringComparison.Ordinal);
        Assert.False(CheckJudge.Judge(Empire.Connect(Empire.Tiefighter, port: 9092), s_snapshot).IsAllowed);
    }

    [Fact]
    public void Judge_HttpOnAKafkaPort_IsDenied()
    {
        Assert.Equal(
            RequestOutcome.Denied,
            CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, "GET /v1/x", port: 9092), s_snapshot).Outcome);
    }

    [Theory]
    [InlineData("GET //v1///x", 307, "/v1/x")]
    [InlineData("GET /v1/%78", 307, "/v1/x")]
    [InlineData("GET /v1/a/../x", 307, "/v1/x")]
    [InlineData("GET /v1/a%2fb", 307, "/v1/a/b")]
    [InlineData("GET //admin", 403, null)]
    public void Judge_TargetThatEnvoyWouldForwardUnnormalised_IsNotAllowedAsSomethingElse(
        string request, int status, string? location)
    {
        var verdict = CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, request), s_snapshot);

        Assert.Equal((false, status, location), (verdict.IsAllowed, verdict.Status, verdict.Location));
    }

    [Fact]
    public void Judge_Connect_HasItsAuthorityForTarget()
    {
        var connect = Empire.Ask(Empire.Tiefighter, "CONNECT ", host: "deathstar:80");
        Assert.True(CheckJudge.Judge(connect, s_snapshot).IsAllowed);
        Assert.False(
            CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, "CONNECT ", host: "xwing:80"), s_snapshot).IsAllowed);
        Assert.Equal(
            400, CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, "CONNECT ", host: "deathstar"), s_snapshot).Status);
        Assert.False(CheckJudge.Judge(Empire.Ask(Empire.Tiefighter, "CONNECT /v1/x"), s_snapshot).IsAllowed);
    }

    [Fact]
    public void Judge_RequestThatContradictsItselfOrIsNone_Is400()
    {
        AttributeContext[] hostile =
        [
            Change(a => a.Request.Http.Headers[":path"] = "/other"),
            Change(a => a.Request.Http.Headers[":method"] = "GET"),
            Change(a => a.Request.Http.Headers[":authority"] = "other"),
            Change(a => a.Request.Http.Headers.Add("host", "other")),
            Change(a => a.Request.Http.HeaderMap = new HeaderMap()),
            Change(a => a.Request.Http.Host = ""),
            Change(a => { a.Request.Http.Host = "a b"; a.Request.Http.Headers.Clear(); }),
            Change(a => { a.Request.Http.Method = ""; a.Request.Http.Headers.Clear(); }),
            Change(a => { a.Request.Http.Method = "PO ST"; a.Request.Http.Headers.Clear(); }),
            Change(a => { a.Request.Http.Path = ""; a.Request.Http.Headers.Clear(); }),
            Change(a => { a.Request.Http.Path = "v1/request-landing"; a.Request.Http.Headers.Clear(); }),
            Change(a => { a.Request.Http.Path = "/v1/request-landing\u0100"; a.Request.Http.Headers.Clear(); }),
        ];

        Assert.All(hostile, a => Assert.Equal(
            (RequestOutcome.Rejected, 400),
            (CheckJudge.Judge(a, s_snapshot).Outcome, CheckJudge.Judge(a, s_snapshot).Status)));
    }

    [Fact]
    public void Judge_BodyOrPartOfIt_ChangesNothing()
    {
        var asked = Change(a => { a.Request.Http.Body = "{"; a.Request.Http.Size = 1 << 20; });
        asked.Request.Http.Headers.Add("x-envoy-auth-partial-body", "true");

        Assert.True(CheckJudge.Judge(asked, s_snapshot).IsAllowed);
    }

    [Fact]
    public void Judge_HeadersLeftOutByEnvoy_MatchNoRuleThatNamesThem()
    {
        var asked = Empire.Ask(Empire.Tiefighter, "PUT /v1/exhaust-port");
        asked.Request.Http.Headers.Clear();

        Assert.Equal(RequestOutcome.Denied, CheckJudge.Judge(asked, s_snapshot).Outcome);
    }

    [Fact]
    public void Judge_RawHeaders_RepeatedAreJoined_AndBytesAreBytes()
    {
        var asked = Empire.Ask(Empire.Tiefighter, "PUT /v1/exhaust-port");
        Assert.True(CheckJudge.Judge(asked.Raw(("x-has-force", "true"u8.ToArray())), s_snapshot).IsAllowed);
        Assert.False(CheckJudge.Judge(
            asked.Raw(("x-has-force", "true"u8.ToArray()), ("X-Has-Force", "true"u8.ToArray())), s_snapshot).IsAllowed);
        Assert.False(CheckJudge.Judge(asked.Raw(("x-has-force", [.. "true"u8, 0xff])), s_snapshot).IsAllowed);
        Assert.Equal(400, CheckJudge.Judge(asked.Raw((":path", "/other"u8.ToArray())), s_snapshot).Status);
    }

    [Fact]
    public void Judge_ExclamationMark_MayBeAnotherByte_UnlessHeadersAreRaw()
    {
        var asked = Empire.Ask(Empire.Tiefighter, "PUT /v1/bang", headers: "X-Word: fire!");

        Assert.False(CheckJudge.Judge(asked, s_snapshot).IsAllowed);
        Assert.True(CheckJudge.Judge(asked.Raw(), s_snapshot).IsAllowed);
    }

    [Fact]
    public void Judge_Audit_IsForwarded_NamingTheRuleThatFailed()
    {
        var verdict = CheckJudge.Judge(Empire.Ask(Empire.Xwing, "GET /x", Empire.Probe), s_snapshot);

        Assert.Equal(RequestOutcome.Audit, verdict.Outcome);
        Assert.True(verdict.IsAllowed);
        Assert.StartsWith("probe (p.yaml:", verdict.Rule!.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            RequestOutcome.Audit, CheckJudge.Judge(Empire.Connect(Empire.Xwing, Empire.Probe, 81), s_snapshot).Outcome);
    }

    internal static AttributeContext Change(Action<AttributeContext> change)
    {
        var asked = Empire.Ask(Empire.Tiefighter, "POST /v1/request-landing");
        Assert.True(CheckJudge.Judge(asked, s_snapshot).IsAllowed);
        change(asked);
        return asked;
    }

    private static PolicyExplainer Explainer() => new(
        WorkloadFileReader.Read("w.yaml", Empire.Workloads).Workloads,
        PolicySet.Combine([PolicyReader.Read("p.yaml", Empire.Policy)]).Documents,
        new SecretFiles(null, NullLogger.Instance));
}
