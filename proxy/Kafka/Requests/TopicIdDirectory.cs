using System.Collections.Concurrent;
using System.Net;
using Jumpgate.Connections;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Kafka.Requests;

/// <summary>
/// The tables of all clusters. Brokers of one cluster have the same labels, hence the same identity: what one of them
/// says holds for the others, and for nobody else. What is outside the cluster shares identities with strangers, so
/// that each address there speaks for itself.
/// </summary>
internal sealed class TopicIdDirectory(int capacity)
{
    private const int MaxTables = 1024;

    private readonly ConcurrentDictionary<(uint Identity, IPAddress? Address), TopicIdTable> _tables = new();

    public TopicIdTable For(FlowMetadata flow)
    {
        var identity = flow.DestinationIdentity;
        var key = (identity.Value, identity.IsWorkload ? null : flow.OriginalDestination.Address);
        if (_tables.Count >= MaxTables && !_tables.ContainsKey(key))
        {
            // A connection's own table serves it alone.
            return new TopicIdTable(capacity);
        }

        return _tables.GetOrAdd(key, static (_, most) => new TopicIdTable(most), capacity);
    }
}
