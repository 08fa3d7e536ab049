using Envoy.Config.Accesslog.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Type.Matcher.V3;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// Denials look as the proxy's: 403, text/plain, <c>Access denied</c>. To gRPC Envoy itself says PERMISSION_DENIED (7),
/// trailers only; the body becomes its message.
/// </summary>
internal static class LocalReplies
{
    public const string Denied = "Access denied\r\n";
    public const string DeniedMessage = "Access denied";
    private const uint Forbidden = 403;

    public static LocalReplyConfig Create() => new()
    {
        // The first that matches is used.
        Mappers =
        {
            Mapper(DeniedMessage, IsForbidden(), IsGrpc()),
            Mapper(Denied, IsForbidden()),
        },
    };

    private static ResponseMapper Mapper(string body, params AccessLogFilter[] filters) => new()
    {
        Filter = filters.Length == 1
            ? filters[0] : new AccessLogFilter { AndFilter = new AndFilter { Filters = { filters } } },
        Body = new DataSource { InlineString = body },
    };

    private static AccessLogFilter IsForbidden() => new()
    {
        StatusCodeFilter = new StatusCodeFilter
        {
            Comparison = new ComparisonFilter
            {
                Op = ComparisonFilter.Types.Op.Eq,
                Value = new RuntimeUInt32 { DefaultValue = Forbidden, RuntimeKey = "jumpgate.denied_status" },
            },
        },
    };

    private static AccessLogFilter IsGrpc() => new()
    {
        HeaderFilter = new HeaderFilter
        {
            Header = new HeaderMatcher
            {
                Name = "content-type",
                StringMatch = new StringMatcher { Prefix = "application/grpc" }
            },
        },
    };
}
