namespace Jumpgate.Http.Http2;

/// <summary>The gRPC status codes that the proxy itself answers with (grpc/doc/statuscodes.md).</summary>
internal enum GrpcStatusCode
{
    PermissionDenied = 7,
    Unavailable = 14,
}
