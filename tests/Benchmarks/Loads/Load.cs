namespace Jumpgate.Benchmarks.Loads;

/// <summary>Who makes the requests.</summary>
internal enum Load
{
    /// <summary>wrk: the next request as soon as the answer is there.</summary>
    Wrk,

    /// <summary>h2load over HTTP/1.1, at a fixed rate where the work has one.</summary>
    H2load,

    /// <summary>h2load over HTTP/2: unary gRPC calls, several at once on each connection.</summary>
    Grpc,

    /// <summary>Connections that are opened, and closed by the other side, without a byte.</summary>
    Connect,
}
