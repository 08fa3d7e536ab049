namespace Jumpgate.Benchmarks;

/// <summary>By which figure peers are compared.</summary>
internal enum Comparison
{
    /// <summary>Requests per second: more is better.</summary>
    Rate,

    /// <summary>The 99th percentile of latencies at a rate that everybody keeps: less is better.</summary>
    Latency,
}
