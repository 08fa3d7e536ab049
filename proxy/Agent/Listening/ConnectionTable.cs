using System.Collections.Concurrent;

namespace Jumpgate.Agent.Listening;

/// <summary>All open connections of the proxy.</summary>
internal sealed class ConnectionTable
{
    private readonly ConcurrentDictionary<OpenConnection, byte> _open = new();

    public int Count => _open.Count;

    public void Add(OpenConnection connection) => _open[connection] = 0;

    public void Remove(OpenConnection connection) => _open.TryRemove(connection, out _);

    public IEnumerable<OpenConnection> List() => _open.Keys;

    /// <summary>After a policy change: what is no longer allowed is reset.</summary>
    public void Recheck()
    {
        foreach (var (connection, _) in _open)
        {
            connection.Recheck();
        }
    }
}
