namespace Jumpgate.EnvoyConfig.Nodes;

/// <summary>What kind of client a node is.</summary>
public enum NodeProfile
{
    /// <summary>Envoy beside a workload.</summary>
    Sidecar,

    /// <summary>A gRPC application that speaks xDS itself.</summary>
    Grpc,

    /// <summary>The same with a library whose RBAC does not know <c>string_match</c> in header matchers.</summary>
    OldGrpc,
}
