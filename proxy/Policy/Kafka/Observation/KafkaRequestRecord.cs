using System.Net;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Policy.Kafka.Observation;

/// <summary>One finished request, for the monitor.</summary>
public sealed record KafkaRequestRecord
{
    /// <summary>When the request came.</summary>
    public required DateTimeOffset Time { get; init; }
    public required IPEndPoint Source { get; init; }
    /// <summary>Where the client wanted to go.</summary>
    public required IPEndPoint Destination { get; init; }
    public required NumericIdentity SourceIdentity { get; init; }
    public required NumericIdentity DestinationIdentity { get; init; }
    public required KafkaOutcome Outcome { get; init; }
    /// <summary>Null where the frame could not be read.</summary>
    public KafkaRequest? Request { get; init; }
    /// <summary>Null where policy was not asked.</summary>
    public KafkaDecision? Decision { get; init; }
    public int? CorrelationId { get; init; }
    public required TimeSpan Duration { get; init; }
    public required ulong PolicyRevision { get; init; }
    /// <summary>Why it was rejected or failed.</summary>
    public string? Reason { get; init; }
}
