using System.Collections.Concurrent;

namespace Jumpgate.Kafka.Requests;

/// <summary>
/// Names of topic ids, as brokers of one cluster have told them to anybody. Ids are never given twice, so that a name
/// holds for good; an id with two names is a lie of somebody's, and has none from then on. Bounded: what does not fit
/// is not learnt.
/// </summary>
internal sealed class TopicIdTable(int capacity)
{
    /// <summary>No topic has this name.</summary>
    private const string Disputed = "";

    private readonly ConcurrentDictionary<UInt128, string> _names = new();
    private int _count;

    public string? Find(UInt128 id) => _names.TryGetValue(id, out var name) && name.Length > 0 ? name : null;

    public void Learn(UInt128 id, string name)
    {
        if (id == default || name.Length == 0)
        {
            return;
        }

        if (_names.TryGetValue(id, out var known))
        {
            if (known != name)
            {
                _names[id] = Disputed;
            }
        }
        else if (Volatile.Read(ref _count) < capacity && _names.TryAdd(id, name))
        {
            Interlocked.Increment(ref _count);
        }
    }
}
