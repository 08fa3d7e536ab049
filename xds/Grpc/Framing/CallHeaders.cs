using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Grpc.Framing;

/// <summary>What the headers of a request say about the call (gRPC: PROTOCOL-HTTP2.md, Requests).</summary>
internal readonly record struct CallHeaders(TimeSpan? Timeout, string Encoding, bool AcceptsGzip)
{
    /// <param name="refusal">Answers a request that is no call we can serve.</param>
    public static bool TryRead(
        HttpContext http, out CallHeaders headers, [NotNullWhen(false)] out Func<HttpResponse, Task>? refusal)
    {
        headers = default;
        var request = http.Request;
        if (!HttpProtocol.IsHttp2(request.Protocol))
        {
            refusal = Refuse(StatusCodes.Status426UpgradeRequired, "gRPC needs HTTP/2");
            return false;
        }

        var type = request.ContentType ?? string.Empty;
        if (!type.Equals(Answer.ContentType, StringComparison.OrdinalIgnoreCase)
            && !type.StartsWith(Answer.ContentType + "+", StringComparison.OrdinalIgnoreCase)
            && !type.StartsWith(Answer.ContentType + ";", StringComparison.OrdinalIgnoreCase))
        {
            refusal = Refuse(
                StatusCodes.Status415UnsupportedMediaType, $"the content type is not {Answer.ContentType}");
            return false;
        }

        TimeSpan? timeout = null;
        if (request.Headers.TryGetValue("grpc-timeout", out var given))
        {
            if (!GrpcTimeout.TryParse(given.ToString(), out var parsed))
            {
                refusal = Refuse(new Status(StatusCode.Internal, $"grpc-timeout is malformed: {given}"));
                return false;
            }

            timeout = parsed;
        }

        var encoding = request.Headers["grpc-encoding"].ToString();
        if (encoding is not ("" or Compression.Identity or Compression.Gzip))
        {
            refusal = Refuse(new Status(
                StatusCode.Unimplemented, $"grpc-encoding '{encoding}' is not supported; {Compression.Accepted} are"));
            return false;
        }

        var accepted = request.Headers["grpc-accept-encoding"].ToString()
            .Split(',', StringSplitOptions.TrimEntries).Contains(Compression.Gzip);
        headers = new CallHeaders(timeout, encoding, accepted);
        refusal = null;
        return true;
    }

    private static Func<HttpResponse, Task> Refuse(int code, string reason) => async response =>
    {
        response.StatusCode = code;
        await response.WriteAsync(reason + "\n");
    };

    private static Func<HttpResponse, Task> Refuse(Status status) => async response =>
    {
        response.ContentType = Answer.ContentType;
        response.Headers["grpc-accept-encoding"] = Compression.Accepted;
        await Answer.EndAsync(response, status, null, null);
    };
}
