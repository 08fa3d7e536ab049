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
/// The network filter that speaks HTTP: it reads and normalises requests as the proxy does, asks the rules that its
/// route holds, and forwards to where the client wanted to go.
/// </summary>
internal static class HttpChain
{
    /// <summary>Also the name under which routes bring the rules: under another one they would never apply.</summary>
    public const string RulesFilter = "envoy.filters.http.rbac";

    private const string CanonicalFilter = "jumpgate.canonical";

    /// <summary>Targets that the proxy answers with 400, and Envoy's normalisation lets through or does not see: bytes
    /// outside 0x21-0x7e, a raw backslash or hash sign, bad escapes and %00.</summary>
    private const string CanonicalTarget = @"(?:[!""$&-\[\]-~]|%(?:0[1-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f]))*";

    /// <summary>
    /// Of the path, no escapes that normalisation decodes (unreserved characters) or redirects for (slash, backslash)
    /// either: where they are left they were put together by it, of bad ones as <c>%%32%65</c> and <c>%2%66</c>.
    /// </summary>
    private const string CanonicalPath =
        @"(?:[!""$&->@-\[\]-~]|%(?:0[1-9A-Fa-f]|[189A-Fa-f][0-9A-Fa-f]|2[0-9A-Ca-c]|3[A-Fa-f]"
        + "|[46]0|5[BDEbde]|7[BCDFbcdf]))*";

    private const string CanonicalAuthority = "[!-~]+";

    /// <param name="routes">Name of a route configuration, whose rules are asked.</param>
    public static Filter Create(string routes, SidecarOptions options)
    {
        var manager = Bare(routes, options);
        manager.Rds = new Rds
        {
            RouteConfigName = routes,
            ConfigSource = new ConfigSource { Ads = new AggregatedConfigSource(), ResourceApiVersion = ApiVersion.V3 },
        };

        // policy.md: targets are normalised before the decision, and forwarded as decided.
        manager.NormalizePath = true;
        manager.MergeSlashes = true;
        manager.PathWithEscapedSlashesAction =
            HttpConnectionManager.Types.PathWithEscapedSlashesAction.UnescapeAndRedirect;

        // Streams may be silent for as long as they like; request heads may not.
        manager.RequestHeadersTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(30));
        manager.HttpFilters.Add(
        [
            Filter(CanonicalFilter, Canonical()),
            // Without a route's rules: an ALLOW without policies, which denies everything.
            Filter(RulesFilter, new HttpRbac { Rules = new RBAC { Action = RBAC.Types.Action.Allow } }),
            Router(),
        ]);
        manager.LocalReplyConfig = LocalReplies.Create();
        return Network(manager);
    }

    /// <summary>Where policy has no rules for requests: they are read to be logged, and go on as they came.</summary>
    public static Filter CreateWithoutRules(string name, string cluster, SidecarOptions options)
    {
        var manager = Bare(name, options);
        manager.RouteConfig = HttpRoutes.CreateWithoutRules(name, cluster);
        manager.NormalizePath = false;
        manager.PathWithEscapedSlashesAction = HttpConnectionManager.Types.PathWithEscapedSlashesAction.KeepUnchanged;
        manager.UpgradeConfigs.Add(new HttpConnectionManager.Types.UpgradeConfig { UpgradeType = "CONNECT" });
        manager.HttpFilters.Add(Router());
        return Network(manager);
    }

    private static HttpConnectionManager Bare(string name, SidecarOptions options) => new()
    {
        StatPrefix = name,
        // HTTP/1 or HTTP/2 by the first bytes; anything else gets 400 and is closed, as from the proxy.
        CodecType = HttpConnectionManager.Types.CodecType.Auto,

        // The peer is who connects, whatever X-Forwarded-For says; and the request goes on as it came.
        UseRemoteAddress = true,
        SkipXffAppend = true,
        GenerateRequestId = false,
        PreserveExternalRequestId = true,
        ServerHeaderTransformation = HttpConnectionManager.Types.ServerHeaderTransformation.PassThrough,
        StreamIdleTimeout = new Duration(),
        UpgradeConfigs = { new HttpConnectionManager.Types.UpgradeConfig { UpgradeType = "websocket" } },
        AccessLog = { AccessLogs.OfRequests(name, options) },
    };

    private static Filter Network(HttpConnectionManager manager) => new()
    {
        Name = "envoy.filters.network.http_connection_manager",
        TypedConfig = Deterministic.Pack(manager),
    };

    private static HttpFilter Router() =>
        Filter("envoy.filters.http.router", new Router { SuppressEnvoyHeaders = true });

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

    private static HttpFilter Filter(string name, IMessage config) =>
        new() { Name = name, TypedConfig = Deterministic.Pack(config) };
}
