namespace Jumpgate.Connections.Sockets;

/// <summary>
/// Numbers for those who wait for events. A number is never used twice: an event that was under way when its owner left
/// finds nobody. Looked up by one thread, changed by any.
/// </summary>
internal sealed class SlotTable
{
    /// <summary>A number that is never given.</summary>
    public const ulong Nobody = 0;

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private Entry[] _entries = new Entry[64];
    private int _used;
    private uint _generation;

    public ulong Add(IEventHandler owner)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var index))
            {
                if (_used == _entries.Length)
                {
                    var larger = new Entry[_entries.Length * 2];
                    _entries.CopyTo(larger, 0);
                    Volatile.Write(ref _entries, larger);
                }

                index = _used++;
            }

            // Zero is nobody's generation, so that no number is Nobody.
            _generation = _generation == uint.MaxValue ? 1 : _generation + 1;
            var number = ((ulong)_generation << 32) | (uint)index;
            Volatile.Write(ref _entries[index], new Entry(number, owner));
            return number;
        }
    }

    public void Remove(ulong number)
    {
        lock (_gate)
        {
            var index = (int)(uint)number;
            if (_entries[index]?.Number == number)
            {
                Volatile.Write(ref _entries[index], null!);
                _free.Push(index);
            }
        }
    }

    public IEventHandler? Find(ulong number)
    {
        var entries = Volatile.Read(ref _entries);
        var index = (uint)number;
        var entry = index < entries.Length ? Volatile.Read(ref entries[index]) : null;
        return entry?.Number == number ? entry.Owner : null;
    }

    private sealed record Entry(ulong Number, IEventHandler Owner);
}
