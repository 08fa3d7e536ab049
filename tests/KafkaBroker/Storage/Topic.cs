namespace Jumpgate.KafkaBroker.Storage;

/// <summary>A topic; its id is anew with every creation, as in Kafka.</summary>
public sealed class Topic(string name, int partitions, long partitionLimit)
{
    private volatile Partition[] _partitions =
        [.. Enumerable.Range(0, partitions).Select(i => new Partition(i, partitionLimit))];

    public string Name => name;

    public Guid Id { get; } = Guid.NewGuid();

    public IReadOnlyList<Partition> Partitions => _partitions;

    /// <summary>Records of all partitions, marks of transactions included.</summary>
    public long Records => _partitions.Sum(p => p.HighWatermark);

    public Partition? Find(int index) => index >= 0 && index < _partitions.Length ? _partitions[index] : null;

    public void Grow(int count) =>
        _partitions = [.. _partitions, .. Enumerable.Range(_partitions.Length, count - _partitions.Length)
            .Select(i => new Partition(i, partitionLimit))];
}
