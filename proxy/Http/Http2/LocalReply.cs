using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Http2;

/// <summary>Answers that come from the proxy and not from the server. None of them ends the connection.</summary>
internal static class LocalReply
{
    /// <summary>
    /// <c>application/grpc</c>, also with a suffix or parameters; not grpc-web, which is plain HTTP with its own
    /// errors.
    /// </summary>
    public static bool IsGrpc(string? contentType)
    {
        const string Grpc = "application/grpc";
        return contentType is not null
            && contentType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase)
            && (contentType.Length == Grpc.Length || contentType[Grpc.Length] is '+' or ';' or ' ');
    }

    public static Task TextAsync(HttpResponse response, int status, string body)
    {
        response.Clear();
        response.StatusCode = status;
        var bytes = Encoding.UTF8.GetBytes(body);
        response.ContentLength = bytes.Length;
        response.ContentType = "text/plain";
        return CompleteAsync(response, bytes);
    }

    public static Task RedirectAsync(HttpResponse response, string location)
    {
        response.Clear();
        response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        response.Headers.Location = location;
        return response.CompleteAsync();
    }

    /// <summary>Trailers-only: one header block that ends the stream (gRPC over HTTP/2, Responses).</summary>
    /// <param name="message">ASCII without percent signs.</param>
    public static Task GrpcAsync(HttpResponse response, GrpcStatusCode status, string message)
    {
        response.Clear();
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        Set(response.Headers, status, message);
        return response.CompleteAsync();
    }

    /// <summary>Ends a gRPC response that has begun and that the server will not finish.</summary>
    public static Task EndGrpcAsync(HttpResponse response, GrpcStatusCode status, string message)
    {
        if (response.SupportsTrailers())
        {
            response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
            response.AppendTrailer("grpc-message", message);
        }

        return response.CompleteAsync();
    }

    private static void Set(IHeaderDictionary headers, GrpcStatusCode status, string message)
    {
        headers["grpc-status"] = ((int)status).ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = message;
    }

    private static async Task CompleteAsync(HttpResponse response, byte[] body)
    {
        await response.Body.WriteAsync(body);
        await response.CompleteAsync();
    }
}
