namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>A request as Envoy's filters see it.</summary>
/// <param name="Path"><c>:path</c>; null for CONNECT over HTTP/1.1, which has none.</param>
/// <param name="Headers">Without Host, which Envoy keeps as <c>:authority</c>.</param>
public sealed record EnvoyRequest(
    string Method, string? Path, string Authority, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>
    /// Headers that the connection manager makes, changes or removes before filters run, or that are the connection's
    /// own: what a matcher would find in them is not what the client sent.
    /// </summary>
    private static readonly HashSet<string> Managed =
        ["x-forwarded-proto", "x-forwarded-client-cert", "connection", "proxy-connection", "keep-alive",
            "transfer-encoding",
            "upgrade", "te", "expect", "http2-settings", "trailer"];

    /// <summary>More of them, by the connection manager's settings.</summary>
    public IReadOnlySet<string> Touched { get; init; } = new HashSet<string>();

    /// <summary>
    /// route_components.proto, HeaderMatcher: "Internally, Envoy always uses the HTTP/2 :authority header to represent
    /// the HTTP/1 Host header", so that nothing is found under host. A repeated header is its values joined by a comma.
    /// </summary>
    /// <returns>Null where there is none.</returns>
    public string? Find(string name)
    {
        var wanted = name.ToLowerInvariant();
        if (Managed.Contains(wanted) || Touched.Contains(wanted)
            || wanted.StartsWith("x-envoy-", StringComparison.Ordinal))
        {
            throw new NotModelledException($"a matcher on {name}, which Envoy does not leave as the client sent it");
        }

        switch (wanted)
        {
            case ":method":
                return Method;
            case ":path":
                return Path;
            case ":authority":
                return Authority;
            case "host":
                return null;
        }

        if (wanted.StartsWith(':'))
        {
            throw new NotModelledException($"the pseudo-header {name}");
        }

        var values = Headers.Where(h => h.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            .Select(h => h.Value).ToList();
        return values.Count == 0 ? null : string.Join(',', values);
    }

    /// <summary>route_components.proto, RouteMatch.grpc: "the content-type header has a application/grpc or one of the
    /// various application/grpc+ values".</summary>
    public bool IsGrpc => Find("content-type") is { } type
        && (type == "application/grpc" || type.StartsWith("application/grpc+", StringComparison.Ordinal));
}
