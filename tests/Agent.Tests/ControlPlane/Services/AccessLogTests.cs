using Envoy.Config.Core.V3;
using Envoy.Data.Accesslog.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Agent.ControlPlane.AccessLogs;
using Jumpgate.Cli;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace Jumpgate.Agent.Tests.ControlPlane.Services;

/// <summary>What the monitor makes of Envoy's access logs.</summary>
public sealed class AccessLogTests
{
    [Fact]
    public void From_HttpEntry_IsALineOfTheMonitor()
    {
        Assert.Equal(
            "tiefighter (org=empire) -> deathstar:80 http GET /v1/x?y=1 FORWARDED 204 1.5ms (logged by envoy-1)",
            Line(Http(e => e.Response.ResponseCodeDetails = "via_upstream")));
    }

    [Theory]
    [InlineData("rbac_access_denied_matched_policy[none]", "DROPPED", null)]
    [InlineData("rbac_access_denied_matched_policy[deny-alliance]", "DROPPED", "deny-alliance")]
    [InlineData("rbac_access_denied", "DROPPED", null)]
    [InlineData("rbac_access_denied_matched_policy[", "DROPPED", null)]
    [InlineData("ext_authz_denied", "DROPPED", null)]
    [InlineData("ext_authz_error", "DROPPED", null)]
    [InlineData("via_upstream", "FORWARDED", null)]
    [InlineData("", "FORWARDED", null)]
    [InlineData("direct_response", "FORWARDED", null)]
    public void Of_ResponseCodeDetails_SayWhoDenied(string details, string verdict, string? policy)
    {
        var entry = AccessLogEntry.Of(Http(e => e.Response.ResponseCodeDetails = details))!;

        Assert.Equal((verdict, policy), (entry.Verdict, entry.Policy));
        var record = Records().From(entry, "n");
        Assert.Equal(verdict == "DROPPED" ? "POLICY_DENIED" : null, record.DropReasonDesc);
    }

    [Fact]
    public void Of_ResponseFlags_SayWhatFailed()
    {
        Assert.Equal("ERROR", Flag(f => f.UpstreamConnectionFailure = true));
        Assert.Equal("ERROR", Flag(f => f.NoClusterFound = true));
        Assert.Equal("FORWARDED", Flag(f => f.DelayInjected = true));
        Assert.Equal("DROPPED", Flag(f => f.UnauthorizedDetails = new ResponseFlags.Types.Unauthorized()));
        Assert.Equal("ERROR", AccessLogEntry.Of(Http(e => e.Response.ResponseCode = 0))!.Verdict);

        static string Flag(Action<ResponseFlags> set) =>
            AccessLogEntry.Of(Http(e => set(e.CommonProperties.ResponseFlags = new ResponseFlags())))!.Verdict;
    }

    [Fact]
    public void Of_ConnectionWithoutAFilterChain_IsDropped()
    {
        var connection = new TCPAccessLogEntry { CommonProperties = Common() };
        connection.CommonProperties.ResponseFlags = new ResponseFlags { NoRouteFound = true };

        Assert.Equal("DROPPED", AccessLogEntry.Of(connection)!.Verdict);
        Assert.Equal(
            "ERROR", AccessLogEntry.Of(
            Http(e => e.CommonProperties.ResponseFlags = new ResponseFlags { NoRouteFound = true }))!.Verdict);
    }

    [Fact]
    public void Of_ShadowRulesAndOurOwnAudit_AreAudits()
    {
        var shadow = Http(e => Metadata(
            e, "envoy.filters.http.rbac", ("shadow_engine_result", "denied"),
            ("shadow_effective_policy_id", "audited")));
        Assert.Equal(("AUDIT", "audited"), (AccessLogEntry.Of(shadow)!.Verdict, AccessLogEntry.Of(shadow)!.Policy));

        var passed = Http(e => Metadata(e, "envoy.filters.http.rbac", ("shadow_engine_result", "allowed")));
        Assert.Equal("FORWARDED", AccessLogEntry.Of(passed)!.Verdict);

        var own = Http(e =>
            Metadata(e, "envoy.filters.http.ext_authz", ("verdict", "AUDIT"), ("rule", "probe (p.yaml:3)")));
        Assert.Equal(("AUDIT", "probe (p.yaml:3)"), (AccessLogEntry.Of(own)!.Verdict, AccessLogEntry.Of(own)!.Policy));
    }

    [Fact]
    public void From_TcpEntry_IsAConnection()
    {
        var entry = new TCPAccessLogEntry { CommonProperties = Common() };
        entry.CommonProperties.ConnectionTerminationDetails = "rbac_access_denied_matched_policy[none]";
        entry.CommonProperties.DownstreamDirectRemoteAddress = Empire.At(Empire.Xwing, 5555);

        Assert.Equal(
            "xwing (org=alliance) -> deathstar:80 (class=deathstar,org=empire) tcp DROPPED POLICY_DENIED "
            + "(rbac_access_denied_matched_policy[none]; logged by envoy-1)",
            FlowText.Format(Records().From(AccessLogEntry.Of(entry)!, "envoy-1")));
    }

    [Fact]
    public void Of_SourceIs_TheDirectPeer_NotWhatXForwardedForMade()
    {
        var entry = AccessLogEntry.Of(Http(e => e.CommonProperties.DownstreamRemoteAddress = Empire.At(Empire.Xwing)))!;
        Assert.Equal(Empire.Tiefighter, entry.Source.Address.ToString());

        Assert.Null(AccessLogEntry.Of(Http(e =>
        {
            e.CommonProperties.DownstreamRemoteAddress = Empire.At(Empire.Xwing);
            e.CommonProperties.DownstreamDirectRemoteAddress = null;
        })));
    }

    [Fact]
    public void Of_WhatCannotBeRead_IsNull()
    {
        Assert.Null(AccessLogEntry.Of(new HTTPAccessLogEntry()));
        Assert.Null(AccessLogEntry.Of(new TCPAccessLogEntry()));
        Assert.Null(
            AccessLogEntry.Of(
            Http(e => e.CommonProperties.DownstreamLocalAddress = new Address { Pipe = new Pipe { Path = "/x" } })));
        Assert.Null(AccessLogEntry.Of(Http(e => e.CommonProperties.DownstreamLocalAddress = Empire.At("deathstar"))));
    }

    [Fact]
    public void Of_ImpossibleNumbers_AreNoReasonToFail()
    {
        var entry = AccessLogEntry.Of(Http(e =>
        {
            e.CommonProperties.StartTime = new Timestamp { Seconds = long.MaxValue, Nanos = -5 };
            e.CommonProperties.Duration = new Duration { Seconds = long.MinValue };
            e.CommonProperties.TimeToLastDownstreamTxByte = new Duration { Nanos = -1 };
            e.Response.ResponseCode = uint.MaxValue;
            e.Request.RequestMethod = (RequestMethod)77;
            e.ProtocolVersion = (HTTPAccessLogEntry.Types.HTTPVersion)77;
            e.CommonProperties.AccessLogType = AccessLogType.NotSet;
        }))!;

        Assert.Equal((null, TimeSpan.Zero, 999, "?", string.Empty), (
            entry.Time, entry.Duration, entry.Request!.Status, entry.Request.Method, entry.Request.Protocol));
        Assert.NotEqual(default, Records().From(entry, "n").Time);
    }

    [Fact]
    public void From_TextOfTheClient_IsBounded_AndCannotSteerATerminal()
    {
        var line = Line(Http(e =>
        {
            e.Request.Path = "/\u001b[2J\n" + new string('a', 100_000);
            e.Request.Authority = new string('b', 100_000);
            e.Response.ResponseCodeDetails = new string('c', 100_000);
        }));

        Assert.True(line.Length < 5000, $"{line.Length}");
        Assert.DoesNotContain(line, char.IsControl);
    }

    [Fact]
    public void From_HeadersAndTheirLike_AreNotShown()
    {
        var entry = Http(e =>
        {
            e.Request.RequestHeaders.Add("authorization", "s3cret");
            e.Request.UserAgent = "s3cret";
            e.Request.Referer = "s3cret";
            e.Request.ForwardedFor = "s3cret";
            e.Request.RequestId = "s3cret";
            e.Response.ResponseHeaders.Add("set-cookie", "s3cret");
            e.Response.ResponseTrailers.Add("x", "s3cret");
            e.CommonProperties.CustomTags.Add("x", "s3cret");
            e.CommonProperties.TlsProperties = new TLSProperties { TlsSessionId = "s3cret" };
            Metadata(e, "envoy.filters.http.jwt_authn", ("token", "s3cret"));
        });

        var record = Records().From(AccessLogEntry.Of(entry)!, "n");
        Assert.DoesNotContain("s3cret", System.Text.Json.JsonSerializer.Serialize(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccessLogType.DownstreamStart, true)]
    [InlineData(AccessLogType.TcpPeriodic, true)]
    [InlineData(AccessLogType.DownstreamEnd, false)]
    [InlineData(AccessLogType.TcpConnectionEnd, false)]
    [InlineData(AccessLogType.NotSet, false)]
    public void Of_EntryOfSomethingThatGoesOn_IsIntermediate(AccessLogType type, bool intermediate)
    {
        Assert.Equal(
            intermediate, AccessLogEntry.Of(Http(e => e.CommonProperties.AccessLogType = type))!.IsIntermediate);
    }

    [Fact]
    public void TryTake_IsBounded_AndComesBackWithTime()
    {
        var clock = new StillClock();
        var budget = new RecordBudget(clock);

        Assert.Equal(RecordBudget.Burst, Enumerable.Range(0, 5000).Count(_ => budget.TryTake()));
        clock.Seconds = 1;
        Assert.Equal(RecordBudget.PerSecond, Enumerable.Range(0, 5000).Count(_ => budget.TryTake()));
        clock.Seconds = 1000;
        Assert.Equal(RecordBudget.Burst, Enumerable.Range(0, 5000).Count(_ => budget.TryTake()));
    }

    internal static HTTPAccessLogEntry Http(Action<HTTPAccessLogEntry>? change = null)
    {
        var entry = new HTTPAccessLogEntry
        {
            CommonProperties = Common(),
            ProtocolVersion = HTTPAccessLogEntry.Types.HTTPVersion.Http11,
            Request = new HTTPRequestProperties
            {
                RequestMethod = RequestMethod.Get,
                Path = "/v1/x?y=1",
                Authority = "deathstar"
            },
            Response = new HTTPResponseProperties { ResponseCode = 204 },
        };
        change?.Invoke(entry);
        return entry;
    }

    private static AccessLogCommon Common() => new()
    {
        DownstreamDirectRemoteAddress = Empire.At(Empire.Tiefighter),
        DownstreamLocalAddress = Empire.At(Empire.Deathstar, 80),
        StartTime = Timestamp.FromDateTime(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
        TimeToLastDownstreamTxByte = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1.5)),
    };

    private static void Metadata(HTTPAccessLogEntry entry, string filter, params (string Name, string Value)[] fields)
    {
        var all = new Struct();
        foreach (var (name, value) in fields)
        {
            all.Fields.Add(name, Value.ForString(value));
        }

        entry.CommonProperties.Metadata ??= new Metadata();
        entry.CommonProperties.Metadata.FilterMetadata.Add(filter, all);
    }

    private static string Line(HTTPAccessLogEntry entry) =>
        FlowText.Format(Records().From(AccessLogEntry.Of(entry)!, "envoy-1"));

    private static AccessLogRecords Records() => new(Empire.Store(), TimeProvider.System);

    private sealed class StillClock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
