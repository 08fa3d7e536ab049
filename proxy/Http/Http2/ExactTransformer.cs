using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>
/// Forwards one request as it was judged: the target and authority byte for byte, every header but those of the
/// connection, nothing added (no X-Forwarded-For, no Via), then the policy's header actions.
/// </summary>
internal sealed class ExactTransformer(string target, string? contentType, ImmutableArray<HeaderMutation> mutations)
    : HttpTransformer
{
    // Names one pool in the connection's own handler, and is never sent: Host is, and the connector knows where to.
    public const string Origin = "http://upstream";

    // YARP keeps these to itself as a gateway does; a proxy that nobody sees passes them on. What is missing here
    // (Connection and its like) is forbidden in HTTP/2 (RFC 9113 section 8.2.2).
    private static readonly ImmutableArray<string> PassedOn =
    [
        "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "Proxy-Features", "Proxy-Instruction",
        "Security-Scheme", "ALPN", "Close", "Upgrade-Insecure-Requests", "Alt-Svc",
    ];

    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>grpc-status, from the trailers or from a response that is only trailers.</summary>
    public int? GrpcStatus { get; private set; }

    /// <summary>Where the message cannot be sent exactly as judged, and therefore was not sent.</summary>
    public string? Refusal { get; private set; }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken)
    {
        var headers = httpContext.Request.Headers;
        headers.ContentType = contentType;
        if (!mutations.IsDefaultOrEmpty)
        {
            foreach (var mutation in mutations)
            {
                Apply(headers, mutation);
            }
        }

        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        foreach (var name in PassedOn)
        {
            if (headers.TryGetValue(name, out var values))
            {
                proxyRequest.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        proxyRequest.RequestUri = new Uri(Origin + target, AsIs);
        if (proxyRequest.RequestUri.PathAndQuery != target)
        {
            Refuse(httpContext, "the request target cannot be forwarded as it is");
        }
        else if (proxyRequest.Headers.Host != headers.Host)
        {
            // The client would fall back to the Uri's host: not what was judged.
            Refuse(httpContext, "the authority is malformed");
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            ReadGrpcStatus(proxyResponse.Headers);
            foreach (var name in PassedOn)
            {
                if (proxyResponse.Headers.NonValidated.TryGetValues(name, out var values))
                {
                    httpContext.Response.Headers[name] = values.ToArray();
                }
            }
        }

        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is not null)
        {
            proxyResponse.Content = new PromptHeadersContent(proxyResponse.Content, httpContext.Response);
        }

        return copied;
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        ReadGrpcStatus(proxyResponse.TrailingHeaders);
        return base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    /// <remarks>A status other than 200 tells YARP that the request is answered here.</remarks>
    private void Refuse(HttpContext context, string reason)
    {
        Refusal = reason;
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    private void ReadGrpcStatus(HttpResponseHeaders headers)
    {
        if (headers.NonValidated.TryGetValues("grpc-status", out var values)
            && int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            GrpcStatus = status;
        }
    }

    private static void Apply(IHeaderDictionary headers, HeaderMutation mutation)
    {
        if (mutation.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            return; // Says where the body ends; no rule can make that untrue.
        }

        var values = headers.TryGetValue(mutation.Name, out var found) ? found.OfType<string>().ToList() : [];
        mutation.Apply(values);
        if (values.Count > 0)
        {
            headers[mutation.Name] = values.ToArray();
        }
        else
        {
            headers.Remove(mutation.Name);
        }
    }
}
