namespace Jumpgate.Benchmarks.Kafka;

/// <summary>
/// What one run showed. Latencies are microseconds, from handing a record to the client to the broker's reply.
/// </summary>
/// <param name="Rate">Records per second.</param>
internal sealed record KafkaFigures(double Rate, double P50, double P99)
{
    /// <summary>Of the whole machine.</summary>
    public double CpuSeconds { get; init; }
}
