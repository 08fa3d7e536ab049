using Jumpgate.Bpf;

namespace Jumpgate.Sockmap.Lanes;

/// <summary>
/// Gives out room for automata in the memory that the kernel program reads. A region that is given back is not used
/// again before <see cref="Reclaim"/>: a program may be reading it still. Not thread-safe.
/// </summary>
public sealed class AutomatonArena
{
    private const int Alignment = 64;
    private readonly LaneDatapath _datapath;
    private readonly SortedDictionary<int, int> _free = [];
    private readonly List<(int Offset, int Length)> _retired = [];

    public AutomatonArena(LaneDatapath datapath)
    {
        ArgumentNullException.ThrowIfNull(datapath);
        _datapath = datapath;
        // Offset 0 says "no automaton".
        _free.Add(Alignment, datapath.ArenaSize - Alignment);
    }

    /// <summary>Bytes in use, those not reclaimed yet included.</summary>
    public int Used => _datapath.ArenaSize - Alignment - _free.Values.Sum();

    /// <summary>Copies a table into the arena.</summary>
    /// <returns>Its offset; 0 where there is no room.</returns>
    public uint Add(ReadOnlySpan<byte> table)
    {
        var length = Align(table.Length);
        foreach (var (offset, room) in _free)
        {
            if (room >= length)
            {
                _free.Remove(offset);
                if (room > length)
                {
                    _free.Add(offset + length, room - length);
                }

                table.CopyTo(_datapath.Arena[offset..]);
                return (uint)offset;
            }
        }

        return 0;
    }

    /// <summary>Gives a table back; no lane may refer to it any more.</summary>
    public void Retire(uint offset, int length) => _retired.Add(((int)offset, Align(length)));

    /// <summary>After a grace period in which every program that ran has ended.</summary>
    public void Reclaim()
    {
        foreach (var (offset, length) in _retired)
        {
            Release(offset, length);
        }

        _retired.Clear();
    }

    private static int Align(int length) => (length + Alignment - 1) / Alignment * Alignment;

    private void Release(int offset, int length)
    {
        foreach (var (neighbour, room) in _free)
        {
            if (neighbour + room == offset)
            {
                _free.Remove(neighbour);
                Release(neighbour, room + length);
                return;
            }

            if (offset + length == neighbour)
            {
                _free.Remove(neighbour);
                Release(offset, length + room);
                return;
            }
        }

        _free.Add(offset, length);
    }
}
