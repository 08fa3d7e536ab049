using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.ControlPlane.Authorization;

/// <summary>What becomes of a request that Envoy asks about, and what is known of it.</summary>
internal sealed record CheckVerdict
{
    /// <summary>Forwarded and Audit: yes. Denied: by the rules. Rejected: cannot be judged, which is a no.</summary>
    public required RequestOutcome Outcome { get; init; }

    /// <summary>HTTP status of the answer to the client; 0 where it is allowed.</summary>
    public int Status { get; init; }

    /// <summary>Of a 307.</summary>
    public string? Location { get; init; }

    /// <summary>Why it is rejected, or denied before any HTTP rule; null where the rules say it all.</summary>
    public string? Reason { get; init; }

    public HttpDecision Decision { get; init; } = new(HttpVerdict.Allowed, null, [], []);

    /// <summary>The rule that decided, also at L3/L4.</summary>
    public RuleReference? Rule { get; init; }

    /// <summary>Null where the addresses could not be read: then there is nothing to show in a monitor.</summary>
    public FlowMetadata? Flow { get; init; }

    public ulong Revision { get; init; }

    /// <summary>
    /// Normalised, where it could be; as received otherwise. Empty where the question is about a connection.
    /// </summary>
    public string Target { get; init; } = string.Empty;

    public bool IsGrpc { get; init; }

    /// <summary>What the allowed request gets on its way; never null where it is allowed.</summary>
    public HeaderChanges? Changes { get; init; }

    public bool IsAllowed => Outcome is RequestOutcome.Forwarded or RequestOutcome.Audit;
}
