using System.Collections.Immutable;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Http.Observation;

/// <summary>One finished request, for the monitor.</summary>
public sealed record HttpRequestRecord
{
    public required DateTimeOffset Time { get; init; }
    public required FlowMetadata Flow { get; init; }
    public required RequestOutcome Outcome { get; init; }
    public required string Protocol { get; init; }
    public required string Method { get; init; }
    /// <summary>The normalised target; the raw one where it was rejected.</summary>
    public required string Target { get; init; }
    public required string Authority { get; init; }
    public required int Status { get; init; }
    public int? GrpcStatus { get; init; }
    public required TimeSpan Duration { get; init; }
    public required ulong PolicyRevision { get; init; }
    public RuleReference? Rule { get; init; }
    /// <summary>Why it was rejected or failed.</summary>
    public string? Reason { get; init; }
    /// <summary>Names of headers whose mismatch a rule asks to record.</summary>
    public ImmutableArray<string> HeaderMismatches { get; init; } = [];
}
