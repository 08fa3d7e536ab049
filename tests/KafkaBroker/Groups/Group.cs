using System.Collections.Concurrent;

namespace Jumpgate.KafkaBroker.Groups;

/// <summary>A group: its offsets, and the members that it has by one protocol or the other.</summary>
internal sealed class Group(string id)
{
    private readonly ConcurrentDictionary<(string Topic, int Partition), CommittedOffset> _offsets = new();

    public string Id => id;

    public ClassicMembers Classic { get; } = new();

    public ServerSideMembers ServerSide { get; } = new();

    public IEnumerable<(string Topic, int Partition)> CommittedPartitions => _offsets.Keys;

    public string State => Classic.State ?? ServerSide.State ?? "Empty";

    public void Commit(string topic, int partition, CommittedOffset offset) => _offsets[(topic, partition)] = offset;

    public bool Forget(string topic, int partition) => _offsets.TryRemove((topic, partition), out _);

    public CommittedOffset? Committed(string topic, int partition) => _offsets.GetValueOrDefault((topic, partition));
}
