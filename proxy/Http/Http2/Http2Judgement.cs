using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Http2;

/// <summary>What becomes of an HTTP/2 request, and what the client sees where the proxy itself answers.</summary>
public readonly record struct Http2Judgement
{
    /// <summary>
    /// Forwarded and Audit: to the server. Denied: by the rules. Rejected: cannot be judged, or not be forwarded.
    /// </summary>
    public required RequestOutcome Outcome { get; init; }

    /// <summary>Normalised, where it could be; as received otherwise.</summary>
    public required string Target { get; init; }

    public HttpDecision Decision { get; init; }

    /// <summary>Why it is rejected; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>HTTP status of the proxy's answer; 0 where the server or nobody answers.</summary>
    public int Status { get; init; }

    /// <summary>The answer is trailers-only with this status; null where it is plain HTTP.</summary>
    public int? GrpcStatus { get; init; }

    /// <summary>Of a 307.</summary>
    public string? Location { get; init; }

    /// <summary>
    /// Set where Kestrel itself refuses the request as malformed: the client gets this, and no answer.
    /// </summary>
    public Http2ErrorFrame? Error { get; init; }

    public bool IsForwarded => Outcome is RequestOutcome.Forwarded or RequestOutcome.Audit;

    /// <summary>Of a request that the rules were not asked about.</summary>
    internal static HttpDecision Undecided { get; } = new(HttpVerdict.Allowed, null, [], []);

    internal static Http2Judgement Reject(string target, int status, string reason) => new()
    {
        Outcome = RequestOutcome.Rejected,
        Target = target,
        Decision = Undecided,
        Status = status,
        Reason = reason,
    };
}
