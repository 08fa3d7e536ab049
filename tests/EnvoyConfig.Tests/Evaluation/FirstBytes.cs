namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>What a client sends before anybody has answered it, as Envoy's inspectors see it.</summary>
/// <param name="IsTls">tls_inspector: "detecting whether the transport appears to be TLS or plaintext".</param>
/// <param name="Protocols">TLS: the ClientHello's ALPN. Plain text: what http_inspector calls it.</param>
internal sealed record FirstBytes(string Name, bool IsTls = false, params string[] Protocols)
{
    public static FirstBytes Nothing { get; } = new("nothing");

    public static FirstBytes Unknown { get; } = new("garbage");

    public static FirstBytes Http10 { get; } = new("HTTP/1.0", false, "http/1.0");

    public static FirstBytes Http11 { get; } = new("HTTP/1.1", false, "http/1.1");

    public static FirstBytes Http2 { get; } = new("HTTP/2", false, "h2c");

    /// <summary>What clients offer, and what they could offer to be taken for somebody else.</summary>
    public static FirstBytes Tls { get; } = new("TLS", true, "h2", "http/1.1", "http/1.0", "h2c");

    public static FirstBytes BareTls { get; } = new("TLS without ALPN", true);

    public static IReadOnlyList<FirstBytes> All { get; } = [Nothing, Unknown, Http10, Http11, Http2, Tls, BareTls];

    /// <summary>Of a request; a method that Envoy's parser does not know is no HTTP to its inspector either.</summary>
    public static FirstBytes Of(ClientRequest? request) => request switch
    {
        null => Unknown,
        { IsHttp2: true } => Http2,
        _ => HttpManager.IsKnown(request.Method) ? Http11 : Unknown,
    };

    public override string ToString() => Name;
}
