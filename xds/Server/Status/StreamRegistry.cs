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
        [.. _streams.Keys.Select(s => s.Describe()).OrderBy(s => s.Node, StringComparer.Ordinal)
            .ThenBy(s => s.ConnectedAt)];

    /// <summary>What was sent to a node, of all its streams; null where it is not connected.</summary>
    public ImmutableArray<HeldResource>? ResourcesOf(string node)
    {
        var streams = _streams.Keys.Where(s => s.Node.Id == node).ToList();
        return streams.Count == 0 ? null :
        [
            .. streams.SelectMany(s => s.DescribeResources()).Where(r => r.Resource is not null)
                .Select(r => new HeldResource(r.Resource!, r.State, r.Error?.Message)),
        ];
    }

    internal IEnumerable<IStreamStatus> Streams => _streams.Keys;

    internal void Add(IStreamStatus stream) => _streams.TryAdd(stream, 0);

    internal void Remove(IStreamStatus stream) => _streams.TryRemove(stream, out _);
}
