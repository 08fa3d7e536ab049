namespace Jumpgate.Benchmarks.Kafka;

/// <summary>A piece of work for a Kafka client.</summary>
/// <param name="Operation">What the client program is told, without its length.</param>
/// <param name="Filled">Its topic has records of this size before, the same for all peers; 0: none.</param>
internal sealed record KafkaWork(string Name, string Operation, int Filled = 0)
{
    /// <summary>Records per second of the work that measures latency: each is a request of its own.</summary>
    public const int Rate = 500;

    public static IReadOnlyList<KafkaWork> All { get; } =
    [
        new("produce-100", "load-produce bench-100 size=100"),
        new("produce-1k", "load-produce bench-1k size=1024"),
        new("produce-100k", "load-produce bench-100k size=102400"),
        new("consume-100", "load-consume bench-read-100", 100),
        new("consume-1k", "load-consume bench-read-1k", 1024),
        new("consume-100k", "load-consume bench-read-100k", 102400),
        new("count-1k", "load-consume bench-read-1k values=no", 1024),
        new("count-100k", "load-consume bench-read-100k values=no", 102400),
        new("paced-1k", $"load-produce bench-paced size=1024 rate={Rate}"),
    ];

    public bool IsPaced => Operation.Contains("rate=", StringComparison.Ordinal);

    public static KafkaWork Find(string name) => All.Single(w => w.Name == name);

    public static string TopicOf(KafkaWork work) => work.Operation.Split(' ')[1];
}
