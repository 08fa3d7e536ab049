using Envoy.Config.Accesslog.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>What the client gets where Envoy answers itself.</summary>
internal static class LocalReply
{
    public static EnvoyVerdict Create(
        HttpConnectionManager manager, EnvoyRequest request, int status, string body, string by, int? grpcStatus = null)
    {
        NotModelledException.ThrowUnlessOnly(manager.LocalReplyConfig ?? new(), "mappers");

        // "The mappers will be checked by the specified order until one is matched."
        var mapper = manager.LocalReplyConfig?.Mappers.FirstOrDefault(m => Matches(m.Filter, request, status));
        if (mapper is not null)
        {
            NotModelledException.ThrowUnlessOnly(mapper, "filter", "status_code", "body");
            status = (int)(mapper.StatusCode ?? (uint)status);
            body = mapper.Body?.InlineString ?? body;
        }

        // To gRPC a local reply is trailers only: 200, the status that the gRPC specification has for the HTTP status,
        // and the body as message.
        return request.IsGrpc
            ? new EnvoyVerdict(EnvoyOutcome.Answered,
                by)
            { Status = 200, GrpcStatus = grpcStatus ?? GrpcStatusOf(status), Body = body }
            : new EnvoyVerdict(EnvoyOutcome.Answered, by) { Status = status, Body = body };
    }

    /// <summary>grpc/doc/http-grpc-status-mapping.md.</summary>
    private static int GrpcStatusOf(int status) => status switch
    {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 or 502 or 503 or 504 => 14,
        _ => 2,
    };

    /// <summary>config/accesslog/v3/accesslog.proto.</summary>
    private static bool Matches(AccessLogFilter filter, EnvoyRequest request, int status) =>
        filter.FilterSpecifierCase switch
        {
            AccessLogFilter.FilterSpecifierOneofCase.StatusCodeFilter =>
                Compare(filter.StatusCodeFilter.Comparison, status),
            // "Performs a logical "and" operation on the result of each filter in filters."
            AccessLogFilter.FilterSpecifierOneofCase.AndFilter =>
                filter.AndFilter.Filters.All(f => Matches(f, request, status)),
            AccessLogFilter.FilterSpecifierOneofCase.OrFilter =>
                filter.OrFilter.Filters.Any(f => Matches(f, request, status)),
            // "Only requests with a header which matches the specified HeaderMatcher will pass the filter check."
            AccessLogFilter.FilterSpecifierOneofCase.HeaderFilter => Matching.Matches(filter.HeaderFilter.Header, request),
            _ => throw new NotModelledException($"the access log filter {filter}"),
        };

    private static bool Compare(ComparisonFilter comparison, int status) => comparison.Op switch
    {
        ComparisonFilter.Types.Op.Eq => status == comparison.Value.DefaultValue,
        ComparisonFilter.Types.Op.Ge => status >= comparison.Value.DefaultValue,
        ComparisonFilter.Types.Op.Le => status <= comparison.Value.DefaultValue,
        _ => throw new NotModelledException($"the comparison {comparison}"),
    };
}
