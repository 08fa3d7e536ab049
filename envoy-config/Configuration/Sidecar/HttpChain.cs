using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Rbac.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Xds.Resources;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using Permission = Envoy.Config.Rbac.V3.Permission;
using RbacPolicy = Envoy.Config.Rbac.V3.Policy;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// The network filter that speaks HTTP: it reads and normalises requests as the proxy does, asks the rules that its route holds,
/// and forwards to where the client wanted to go.
/// </summary>
internal static class HttpChain
{
    /// <summary>Also the name under which routes bring the rules: under another one they would never apply.</summary>
    public const string RulesFilter = "envoy.filters.http.rbac";

    private const string CanonicalFilter = "jumpgate.canonical";

    /// <summary>Targets that the proxy answers with 400, and Envoy's normalisation lets through or does not see: bytes outside
    /// 0x21-0x7e, a raw backslash or hash sign, bad escapes and %00.</summary>
    private const string CanonicalTarget = @"(?:[!""$&-\[\]-~]|%(?:0[1-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f]))*";

    /// <summary>
    /// Of the path, no escapes that normalisation decodes (unreserved characters) or redirects for (slash, backslash) either: where
    /// they are left they were put together by it, of bad ones as <c>%%32%65</c> and <c>%2%66</c>.
    /// </summary>
    private const string CanonicalPath = @"(?:[!""$&->@-\[\]-~]|%(?:0[1-9A-Fa-f]|[189A-Fa-f][0-9A-Fa-f]|2[0-9A-Ca-c]|3[A-Fa-f]"
        + "|[46]0|5[BDEbde]|7[BCDFbcdf]))*";

    private const string CanonicalAuthority = "[!-~]+";

    public static Filter Create(string routes, SidecarOptions options) => new()
    {
        Name = "envoy.filters.network.http_connection_manager",
        TypedConfig = Deterministic.Pack(Manager(routes, options)),
    };

    private static HttpConnectionManager Manager(string routes, SidecarOptions options) => new()
    {
        StatPrefix = routes,
        // HTTP/1 or HTTP/2 by the first bytes; anything else gets 400 and is closed, as from the proxy.
        CodecType = HttpConnectionManager.Types.CodecType.Auto,
        Rds = new Rds
        {
            RouteConfigName = routes,
            ConfigSource = new ConfigSource { Ads = new AggregatedConfigSource(), ResourceApiVersion = ApiVersion.V3 },
        },

        // The peer is who connects, whatever X-Forwarded-For says; and the request goes on as it came.
        UseRemoteAddress = true,
        SkipXffAppend = true,
        GenerateRequestId = false,
        PreserveExternalRequestId = true,
        ServerHeaderTransformation = HttpConnectionManager.Types.ServerHeaderTransformation.PassThrough,

        // policy.md: targets are normalised before the decision, and forwarded as decided.
        NormalizePath = true,
        MergeSlashes = true,
        PathWithEscapedSlashesAction = HttpConnectionManager.Types.PathWithEscapedSlashesAction.UnescapeAndRedirect,

        // Streams may be silent for as long as they like; request heads may not.
        StreamIdleTimeout = new Duration(),
        RequestHeadersTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(30)),
        UpgradeConfigs = { new HttpConnectionManager.Types.UpgradeConfig { UpgradeType = "websocket" } },
        HttpFilters =
        {
            Filter(CanonicalFilter, Canonical()),
            // Without a route's rules: an ALLOW without policies, which denies everything.
            Filter(RulesFilter, new HttpRbac { Rules = new RBAC { Action = RBAC.Types.Action.Allow } }),
            Filter("envoy.filters.http.router", new Router { SuppressEnvoyHeaders = true }),
        },
        LocalReplyConfig = LocalReplies.Create(),
        AccessLog = { AccessLogs.OfRequests(routes, options) },
    };

    private static HttpRbac Canonical() => new()
    {
        Rules = new RBAC
        {
            Action = RBAC.Types.Action.Deny,
            Policies =
            {
                ["not canonical"] = new RbacPolicy
                {
                    Permissions =
                    {
                        Not(":path", CanonicalTarget),
                        Not(":authority", CanonicalAuthority),
                        new Permission { NotRule = new Permission { UrlPath = new() { Path = Rbac.Matchers.Expression(CanonicalPath) } } },
                    },
                    Principals = { new Principal { Any = true } },
                },
            },
        },
        RulesStatPrefix = "canonical",
    };

    private static Permission Not(string name, string expression) => new()
    {
        NotRule = new Permission { Header = Rbac.Matchers.Header(name, Rbac.Matchers.Expression(expression)) },
    };

    private static HttpFilter Filter(string name, IMessage config) => new() { Name = name, TypedConfig = Deterministic.Pack(config) };
}
