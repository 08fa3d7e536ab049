using System.Collections.Concurrent;
using System.Collections.Immutable;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Nodes;

/// <summary>
/// The current snapshot of each group of nodes. Changes that follow one another closely become one
/// (<see cref="XdsServerOptions.DebounceQuiet"/>); the first of a group is there at once.
/// </summary>
public sealed class SnapshotCache(TimeProvider time, TimeSpan quiet, TimeSpan atMost) : IDisposable
{
    private readonly Lock _changing = new();
    private readonly ConcurrentDictionary<string, GroupSnapshots> _groups = new(StringComparer.Ordinal);

    /// <summary>Nodes of the group get this from now on.</summary>
    /// <returns>False when it is what they have already.</returns>
    public bool Publish(string group, XdsSnapshot snapshot)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentNullException.ThrowIfNull(snapshot);
        lock (_changing)
        {
            return _groups.GetOrAdd(group, _ => new GroupSnapshots(time, quiet, atMost)).Publish(snapshot);
        }
    }

    /// <summary>
    /// The group is gone: its streams end with UNAVAILABLE, and its nodes keep what they have. An empty configuration
    /// would be an order to drop everything. Nothing is kept of it: groups come and go with workloads.
    /// </summary>
    public void Withdraw(string group)
    {
        lock (_changing)
        {
            if (_groups.TryRemove(group, out var entry))
            {
                entry.Withdraw();
                entry.Dispose();
            }
        }
    }

    public ImmutableArray<string> Groups =>
        [.. _groups.Where(g => g.Value.Current is not null).Select(g => g.Key).Order()];

    /// <returns>Null when nothing has been published for the group.</returns>
    public XdsSnapshot? Current(string group) => _groups.GetValueOrDefault(group)?.Current;

    public void Dispose()
    {
        foreach (var group in _groups.Values)
        {
            group.Dispose();
        }
    }

    /// <returns>Null when nothing is published for the group: what nodes ask for leaves no trace.</returns>
    internal GroupSnapshots? Find(string group) => _groups.GetValueOrDefault(group);
}
