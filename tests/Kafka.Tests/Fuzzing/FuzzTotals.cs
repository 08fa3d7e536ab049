namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>What a run has seen, so that a run that proves nothing fails.</summary>
internal sealed record FuzzTotals
{
    public int Forwarded { get; set; }

    /// <summary>Connections with a denial, or closed for a reason.</summary>
    public int Refused { get; set; }

    /// <summary>Topic ids in what was forwarded.</summary>
    public int ById { get; set; }
}
