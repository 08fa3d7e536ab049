namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>What a gRPC application that speaks xDS itself is told beside policy.</summary>
public sealed record ProxylessOptions
{
    /// <summary>
    /// The name of a server's listener, with <c>%s</c> for the address it listens at: what its bootstrap has as
    /// <c>server_listener_resource_name_template</c>.
    /// </summary>
    public string ServerTemplate { get; init; } = "grpc/server?xds.resource.listening_address=%s";

    /// <summary>
    /// gRPC C-core before 1.68 refuses <c>string_match</c>: its header matchers, and weights, use older fields.
    /// </summary>
    public bool OldHeaderMatchers { get; init; }
}
