namespace Jumpgate.KafkaClient;

/// <summary>One line of JSON, the same for every client of the tests.</summary>
internal sealed record Answer
{
    public bool Ok { get; init; } = true;

    public int Count { get; init; }

    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Of load: records per second; latencies in microseconds.</summary>
    public double Rate { get; init; }

    public double P50 { get; init; }

    public double P99 { get; init; }

    /// <summary>The client's own name of what went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>Kafka's number of it; 0 or less where it is not Kafka's.</summary>
    public int Code { get; init; }

    public string? Detail { get; init; }

    public long Ms { get; init; }
}
