namespace Jumpgate.Benchmarks.Kafka;

/// <summary>A piece of work for a Kafka client.</summary>
/// <param name="Operation">What the client program is told, without its length.</param>
/// <param name="Filled">A topic that must have records of this size before; 0 for none.</param>
internal sealed record KafkaWork(string Name, string Operation, int Filled = 0)
{
    /// <summary>Records per second of the work that measures latency: each is a request of its own.</summary>
    public const int Rate = 500;

    public static IReadOnlyList<KafkaWork> All { get; } =
    [
        new("produce-100", "load-produce bench-100 size=100"),
        new("produce-1k", "load-produce bench-1k size=1024"),
        new("produce-100k", "load-produce bench-100k size=102400"),
        new("consume-100", "load-consume bench-100", 100),
        new("consume-1k", "load-consume bench-1k", 1024),
        new("consume-100k", "load-consume bench-100k", 102400),
        new("paced-1k", $"load-produce bench-paced size=1024 rate={Rate}"),
    ];

    public bool IsPaced => Operation.Contains("rate=", StringComparison.Ordinal);

    public static string TopicOf(KafkaWork work) => work.Operation.Split(' ')[1];
}
