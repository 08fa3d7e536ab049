using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Rbac.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>http_connection_manager.proto: from a client's request to an answer, or to a cluster.</summary>
/// <param name="routes">RDS's route configurations by name.</param>
internal sealed class HttpManager(HttpConnectionManager manager, Func<string, RouteConfiguration?> routes)
{
    /// <summary>What refused a request for its form.</summary>
    public const string Codec = "codec";
    public const string Target = "target";

    /// <summary>Those that Envoy's HTTP/1 parser knows; allow_custom_methods is off by default.</summary>
    private static readonly HashSet<string> Methods =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "ACL", "BIND", "CHECKOUT",
            "COPY", "LINK", "LOCK",
            "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "M-SEARCH", "NOTIFY", "PROPFIND", "PROPPATCH",
            "PURGE", "REBIND", "REPORT",
            "SEARCH", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE", "SOURCE"];

    /// <summary>Where requests go, whatever they are; null where that depends on them.</summary>
    public string? OnlyCluster =>
        Routes.VirtualHosts.SelectMany(h => h.Routes).Select(r => r.Route_?.Cluster).Distinct().ToList() is [var only]
        ? only : null;

    private RouteConfiguration Routes =>
        manager.RouteSpecifierCase == HttpConnectionManager.RouteSpecifierOneofCase.RouteConfig
        ? manager.RouteConfig : routes(manager.Rds.RouteConfigName)
        ?? throw new NotModelledException($"no routes {manager.Rds.RouteConfigName}");

    public static bool IsKnown(string method) => Methods.Contains(method);

    public EnvoyVerdict Judge(DownstreamConnection connection, ClientRequest sent)
    {
        NotModelledException.ThrowUnlessOnly(
            manager, "codec_type", "stat_prefix", "rds", "route_config", "http_filters", "use_remote_address",
            "skip_xff_append",
            "generate_request_id", "preserve_external_request_id", "server_header_transformation", "normalize_path",
            "merge_slashes",
            "path_with_escaped_slashes_action", "stream_idle_timeout", "request_headers_timeout", "request_timeout",
            "upgrade_configs",
            "local_reply_config", "access_log", "common_http_protocol_options", "http2_protocol_options",
            "drain_timeout", "server_name");
        var request = Read(sent);
        if (!sent.IsHttp2 && !IsKnown(sent.Method))
        {
            return LocalReply.Create(manager, request, 400, string.Empty, Codec);
        }

        if (request.Path is { } path)
        {
            // Stat downstream_rq_non_relative_path: "Total requests with a non-relative HTTP path", answered with 404.
            if (!path.StartsWith('/'))
            {
                return LocalReply.Create(manager, request, 404, string.Empty, Target);
            }

            var (outcome, normalised) = TargetNormalisation.Apply(manager, path);
            request = request with { Path = normalised };
            switch (outcome)
            {
                // "gRPC requests will be rejected with the INTERNAL (13) error code."
                case TargetOutcome.Rejected:
                    return LocalReply.Create(manager, request, 400, string.Empty, Target, 13);
                case TargetOutcome.Redirected:
                    return LocalReply.Create(
                        manager, request, 307, string.Empty, Target, 13) with
                    { Path = normalised };
            }
        }

        return Filter(connection, request);
    }

    private EnvoyRequest Read(ClientRequest sent)
    {
        // Without use_remote_address, the client would be whoever X-Forwarded-For names.
        if (manager.UseRemoteAddress != true)
        {
            throw new NotModelledException("use_remote_address other than true");
        }

        var touched = new HashSet<string>();
        if (!manager.SkipXffAppend)
        {
            touched.Add("x-forwarded-for");
        }

        if (manager.GenerateRequestId != false)
        {
            touched.Add("x-request-id");
        }

        if (sent.Method == "CONNECT")
        {
            return new EnvoyRequest(sent.Method, null, sent.Target, sent.Headers) { Touched = touched };
        }

        // http/1 allow_absolute_url, true by default: the URL's authority takes Host's place.
        var (path, authority) = (sent.Target, sent.Host);
        if (!sent.IsHttp2 && path.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0
            && path.IndexOf('/') == scheme + 1)
        {
            var rest = path[(scheme + 3)..];
            var end = rest.IndexOfAny(['/', '?']);
            authority = end < 0 ? rest : rest[..end];
            path = end < 0 ? "/" : rest[end] == '?' ? "/" + rest[end..] : rest[end..];
        }

        return new EnvoyRequest(sent.Method, path, authority, sent.Headers) { Touched = touched };
    }

    private EnvoyVerdict Filter(DownstreamConnection connection, EnvoyRequest request)
    {
        var routing = new Routing(Routes);
        var (host, route) = routing.Find(request);
        var engine = new RbacEngine(connection, request, connection.Source.Address);
        var shadowDenied = false;
        foreach (var filter in manager.HttpFilters)
        {
            NotModelledException.ThrowUnlessOnly(filter, "name", "typed_config");
            if (Packed.TryGet<Router>(filter.TypedConfig, out _))
            {
                return filter == manager.HttpFilters[^1] ? Route(request, route) with { ShadowDenied = shadowDenied }
                    : throw new NotModelledException("filters after the router, which must be the last");
            }

            var config = Config(filter, routing.Override(filter.Name, host, route));
            if (config is null)
            {
                continue;
            }

            NotModelledException.ThrowUnlessOnly(
                config, "rules", "shadow_rules", "rules_stat_prefix", "shadow_rules_stat_prefix",
                "track_per_rule_stats");

            // "Shadow rules are not enforced by the filter (i.e., returning a 403) but will emit stats and logs".
            shadowDenied |= config.ShadowRules is not null && !engine.Allows(config.ShadowRules);

            // "If absent, no enforcing RBAC policy will be applied. If present and empty, DENY."
            if (config.Rules is not null && !engine.Allows(config.Rules))
            {
                return LocalReply.Create(manager, request, 403, "RBAC: access denied", filter.Name);
            }
        }

        throw new NotModelledException("HTTP filters without a router");
    }

    /// <returns>Null: the filter is off here.</returns>
    private static HttpRbac? Config(HttpFilter filter, Google.Protobuf.WellKnownTypes.Any? over)
    {
        if (!Packed.TryGet<HttpRbac>(filter.TypedConfig, out var config))
        {
            throw new NotModelledException($"the HTTP filter {filter.TypedConfig.TypeUrl}");
        }

        // RBACPerRoute: "Override the global configuration of the filter with this new config. If absent, the global
        // RBAC policy will be disabled for this route."
        return over is null ? config
            : Packed.TryGet<RBACPerRoute>(over, out var perRoute) ? perRoute.Rbac
            : throw new NotModelledException($"an override of type {over.TypeUrl}");
    }

    private EnvoyVerdict Route(EnvoyRequest request, Route? route)
    {
        switch (route?.ActionCase)
        {
            case null:
                return LocalReply.Create(manager, request, 404, string.Empty, "no route");
            // "An action used when the route will generate a response directly without forwarding to an upstream host."
            case Envoy.Config.Route.V3.Route.ActionOneofCase.NonForwardingAction:
                return new EnvoyVerdict(EnvoyOutcome.Forwarded, route.Name) { Path = request.Path };
            // "Return an arbitrary HTTP response directly, without proxying."
            case Envoy.Config.Route.V3.Route.ActionOneofCase.DirectResponse:
                return LocalReply.Create(manager, request, (int)route.DirectResponse.Status,
                    route.DirectResponse.Body?.InlineString ?? "", route.Name);
            case Envoy.Config.Route.V3.Route.ActionOneofCase.Route_:
                NotModelledException.ThrowUnlessOnly(
                    route.Route_, "cluster", "timeout", "idle_timeout", "max_stream_duration", "retry_policy");
                return new EnvoyVerdict(
                    EnvoyOutcome.Forwarded, route.Name)
                { Cluster = route.Route_.Cluster, Path = request.Path };
            default:
                throw new NotModelledException($"the route {route}");
        }
    }
}
