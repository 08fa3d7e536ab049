namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

public enum EnvoyOutcome
{
    /// <summary>The connection is closed, without an answer.</summary>
    Closed,
    /// <summary>The connection, or the request, goes on to the cluster.</summary>
    Forwarded,
    /// <summary>Envoy answers itself.</summary>
    Answered,
    /// <summary>A connection whose requests are judged one by one.</summary>
    AsksRequests,
}

/// <summary>What becomes of a connection or a request.</summary>
/// <param name="By">The filter chain, filter or route that decided.</param>
internal sealed record EnvoyVerdict(EnvoyOutcome Outcome, string By)
{
    public int Status { get; init; }

    /// <summary>Of an answer to gRPC, which has HTTP status 200 then.</summary>
    public int? GrpcStatus { get; init; }

    public string? Body { get; init; }

    public string? Cluster { get; init; }

    /// <summary><c>:path</c> as it goes on.</summary>
    public string? Path { get; init; }

    /// <summary>Shadow rules would have denied it.</summary>
    public bool ShadowDenied { get; init; }
}
