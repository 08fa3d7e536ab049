using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Data.Accesslog.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Policy;
using HttpVersion = Envoy.Data.Accesslog.V3.HTTPAccessLogEntry.Types.HTTPVersion;

namespace Jumpgate.Agent.ControlPlane.AccessLogs;

/// <summary>
/// What the monitor shows of one entry. Headers, trailers, cookies, user agents, certificates and what else an operator
/// lets Envoy log are not read.
/// </summary>
internal sealed record AccessLogEntry
{
    public const string Forwarded = "FORWARDED";
    public const string Dropped = "DROPPED";
    public const string Audit = "AUDIT";
    public const string Error = "ERROR";

    public required DateTimeOffset? Time { get; init; }
    public required IPEndPoint Source { get; init; }
    public required IPEndPoint Destination { get; init; }
    public required L4Protocol Protocol { get; init; }
    public required TimeSpan Duration { get; init; }
    public required string Verdict { get; init; }

    /// <summary>The policy that Envoy names; null where it names none.</summary>
    public string? Policy { get; init; }

    /// <summary>Envoy's own words for how it ended.</summary>
    public string? Details { get; init; }

    /// <summary>It goes on: its end will be logged too.</summary>
    public required bool IsIntermediate { get; init; }

    /// <summary>Null of a connection.</summary>
    public AccessLogRequest? Request { get; init; }

    /// <returns>Null where an address is missing or none.</returns>
    public static AccessLogEntry? Of(HTTPAccessLogEntry entry)
    {
        var details = entry.Response?.ResponseCodeDetails;
        var status = (int)Math.Min(entry.Response?.ResponseCode ?? 0, 999);
        return From(entry.CommonProperties, details, status == 0, isConnection: false) is not { } common
            ? null : common with
            {
                Request = new AccessLogRequest(
                MethodOf(entry.Request?.RequestMethod ?? RequestMethod.MethodUnspecified),
                Text.Short(entry.Request?.Path, Text.MaxTarget),
                Text.Short(entry.Request?.Authority, Text.MaxName),
                entry.ProtocolVersion switch
                {
                    HttpVersion.Http10 => "HTTP/1.0",
                    HttpVersion.Http11 => "HTTP/1.1",
                    HttpVersion.Http2 => "HTTP/2",
                    HttpVersion.Http3 => "HTTP/3",
                    _ => string.Empty,
                },
                status),
            };
    }

    /// <inheritdoc cref="Of(HTTPAccessLogEntry)"/>
    public static AccessLogEntry? Of(TCPAccessLogEntry entry) =>
        From(entry.CommonProperties, null, unanswered: false, isConnection: true);

    private static AccessLogEntry? From(AccessLogCommon? common, string? details, bool unanswered, bool isConnection)
    {
        // Not downstream_remote_address: X-Forwarded-For may have made it.
        if (!EnvoyAddress.TryRead(common?.DownstreamDirectRemoteAddress, out var source, out var protocol)
            || !EnvoyAddress.TryRead(common!.DownstreamLocalAddress, out var destination, out _))
        {
            return null;
        }

        details = string.IsNullOrEmpty(details) ? common.ConnectionTerminationDetails : details;
        var (verdict, policy) = AccessLogVerdict.Of(common, details, unanswered, isConnection);
        return new AccessLogEntry
        {
            Time = TimeOf(common.StartTime),
            Source = source,
            Destination = destination,
            Protocol = protocol,
            Duration = Span(common.Duration) ?? Span(common.TimeToLastDownstreamTxByte) ?? TimeSpan.Zero,
            Verdict = verdict,
            Policy = policy,
            IsIntermediate = common.AccessLogType is not (
                AccessLogType.NotSet or AccessLogType.TcpConnectionEnd or AccessLogType.DownstreamEnd
                or AccessLogType.UpstreamEnd or AccessLogType.UdpSessionEnd),
            Details = details.Length == 0 ? null : Text.Short(details, Text.MaxName),
        };
    }

    private static string MethodOf(RequestMethod method) =>
        method is > RequestMethod.MethodUnspecified and <= RequestMethod.Patch
            ? method.ToString().ToUpperInvariant() : "?";

    /// <summary>Null of what no clock shows.</summary>
    private static DateTimeOffset? TimeOf(Timestamp? time) =>
        time is { Nanos: >= 0 and < 1_000_000_000, Seconds: >= 0 and < 253_402_300_800 }
            ? time.ToDateTimeOffset() : null;

    private static TimeSpan? Span(Duration? duration) =>
        duration is { Nanos: >= 0 and < 1_000_000_000, Seconds: >= 0 and < 315_576_000_000 }
            ? duration.ToTimeSpan() : null;
}

internal sealed record AccessLogRequest(string Method, string Path, string Authority, string Protocol, int Status);
