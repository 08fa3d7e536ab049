using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Jumpgate.Xds.Status;

/// <summary>All streams that are open.</summary>
public sealed class StreamRegistry
{
    private readonly ConcurrentDictionary<IStreamStatus, byte> _streams = new();

    public int Count => _streams.Count;

    /// <summary>In order of nodes' IDs.</summary>
    public ImmutableArray<NodeStatus> Describe() =>
        [.. _streams.Keys.Select(s => s.Describe()).OrderBy(s => s.Node, StringComparer.Ordinal).ThenBy(s => s.ConnectedAt)];

    internal IEnumerable<IStreamStatus> Streams => _streams.Keys;

    internal void Add(IStreamStatus stream) => _streams.TryAdd(stream, 0);

    internal void Remove(IStreamStatus stream) => _streams.TryRemove(stream, out _);
}
