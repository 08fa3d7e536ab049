using System.Net;
using System.Net.Http.Headers;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>Forwards exactly what was judged: the normalised target byte for byte, nothing added, header actions applied.</summary>
internal sealed class JudgedTransformer(string target, string authority, HttpDecision decision) : HttpTransformer
{
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        // The authority of the URI only names the connection; Host carries what the client asked for.
        Uri.TryCreate(destinationPrefix + target, Verbatim, out var uri);
        proxyRequest.RequestUri = uri;
        proxyRequest.Version = HttpVersion.Version20;
        proxyRequest.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        proxyRequest.Headers.Host = authority;
        foreach (var name in decision.Mutations.Select(m => m.Name).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            Mutate(proxyRequest, name);
        }
    }

    private void Mutate(HttpRequestMessage request, string name)
    {
        HttpHeaders headers = request.Headers.Contains(name) || request.Content is null ? request.Headers
            : request.Content.Headers.TryGetValues(name, out _) ? request.Content.Headers : request.Headers;
        var values = headers.TryGetValues(name, out var present) ? present.ToList() : [];
        foreach (var mutation in decision.Mutations.Where(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            mutation.Apply(values);
        }

        headers.Remove(name);
        if (values.Count > 0)
        {
            headers.TryAddWithoutValidation(name, values);
        }
    }
}
