using Envoy.Data.Accesslog.V3;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.Agent.ControlPlane.AccessLogs;

/// <summary>
/// What became of an entry's request or connection: from response code details, response flags and metadata.
/// </summary>
internal static class AccessLogVerdict
{
    private const string RbacDenied = "rbac_access_denied";
    private const string Matched = "_matched_policy[";
    private const string AuthorizationFilter = "envoy.filters.http.ext_authz";

    private static readonly string[] ShadowFilters = ["envoy.filters.http.rbac", "envoy.filters.network.rbac"];

    /// <param name="unanswered">An HTTP request that got no response.</param>
    /// <param name="isConnection">No request: the entry is about a connection.</param>
    public static (string Verdict, string? Policy) Of(
        AccessLogCommon common, string details, bool unanswered, bool isConnection)
    {
        // Envoy writes "rbac_access_denied_matched_policy[NAME]", "none" where no allowing policy matched; blanks
        // become '_'.
        if (details.StartsWith(RbacDenied, StringComparison.Ordinal))
        {
            var from = details.IndexOf(Matched, StringComparison.Ordinal);
            var name = from < 0 || details[^1] != ']' ? "none" : details[(from + Matched.Length)..^1];
            return (AccessLogEntry.Dropped, Named(name));
        }

        var authorization = Fields(common, AuthorizationFilter);
        if (details is "ext_authz_denied" or "ext_authz_error" || common.ResponseFlags?.UnauthorizedDetails is not null)
        {
            return (AccessLogEntry.Dropped, Word(authorization, "rule"));
        }

        // No filter chain for this port and address: whoever no rule names is closed by having none.
        if (isConnection && common.ResponseFlags?.NoRouteFound == true)
        {
            return (AccessLogEntry.Dropped, null);
        }

        if (Failed(common.ResponseFlags) || unanswered)
        {
            return (AccessLogEntry.Error, null);
        }

        foreach (var filter in ShadowFilters)
        {
            if (Fields(common, filter) is { } shadow && Word(shadow, "shadow_engine_result") == "denied")
            {
                return (AccessLogEntry.Audit, Named(Word(shadow, "shadow_effective_policy_id")));
            }
        }

        return Word(authorization, "verdict") == AccessLogEntry.Audit
            ? (AccessLogEntry.Audit, Word(authorization, "rule"))
            : (AccessLogEntry.Forwarded, Word(authorization, "rule"));
    }

    private static bool Failed(ResponseFlags? flags) => flags is not null
        && (flags.NoHealthyUpstream || flags.UpstreamRequestTimeout || flags.LocalReset || flags.UpstreamRemoteReset
            || flags.UpstreamConnectionFailure || flags.UpstreamConnectionTermination || flags.UpstreamOverflow
            || flags.NoRouteFound || flags.RateLimited || flags.RateLimitServiceError
            || flags.UpstreamRetryLimitExceeded
            || flags.StreamIdleTimeout || flags.InvalidEnvoyRequestHeaders || flags.DownstreamProtocolError
            || flags.UpstreamMaxStreamDurationReached || flags.NoFilterConfigFound || flags.DurationTimeout
            || flags.UpstreamProtocolError || flags.NoClusterFound || flags.OverloadManager
            || flags.DnsResolutionFailure);

    private static Struct? Fields(AccessLogCommon common, string filter) =>
        common.Metadata is { } metadata && metadata.FilterMetadata.TryGetValue(filter, out var fields) ? fields : null;

    private static string? Word(Struct? fields, string name) =>
        fields is not null && fields.Fields.TryGetValue(name, out var value)
            && value.KindCase == Value.KindOneofCase.StringValue
            ? Named(value.StringValue)
            : null;

    private static string? Named(string? policy) =>
        policy is null or "" or "none" ? null : Text.Short(policy, Text.MaxName);
}
