using Jumpgate.Grpc.Framing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Grpc;

/// <summary>Puts services on a Kestrel application whose listener speaks HTTP/2.</summary>
public static class GrpcEndpoints
{
    public static void MapGrpcServices(
        this IEndpointRouteBuilder endpoints, IEnumerable<GrpcService> services, GrpcOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(services);
        foreach (var service in services)
        {
            foreach (var method in service.Methods)
            {
                endpoints.MapPost(
                    $"/{service.Name}/{method.Name}", (RequestDelegate)(c => method.Run(c, options, logger)));
            }
        }

        endpoints.MapFallback("{**path}", UnimplementedAsync);
    }

    private static Task UnimplementedAsync(HttpContext http)
    {
        if (http.Request.ContentType?.StartsWith(Answer.ContentType, StringComparison.OrdinalIgnoreCase) != true)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        http.Response.ContentType = Answer.ContentType;
        return Answer.EndAsync(
            http.Response, new Status(StatusCode.Unimplemented, $"no method {http.Request.Path}"), null, null);
    }
}
