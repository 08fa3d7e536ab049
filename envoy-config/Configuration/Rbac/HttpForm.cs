namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>For whom HTTP rules are written.</summary>
public enum HttpForm
{
    Envoy,

    /// <summary>gRPC's own RBAC (gRFC A41): the method is POST, and targets have no query.</summary>
    Grpc,

    /// <summary>The same for gRPC C-core before 1.68, which refuses <c>string_match</c>: the only place where we use
    /// fields that Envoy has deprecated.</summary>
    OldGrpc,
}
