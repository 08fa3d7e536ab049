using System.Buffers.Binary;
using Jumpgate.Bpf;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Sockmap.Lanes;

/// <summary>
/// Gives out room for automata in the memory that the kernel program reads. A region that is given back is not used
/// again before <see cref="Reclaim"/>: a program may be reading it still. Not thread-safe.
/// </summary>
public sealed class AutomatonArena
{
    private const int Alignment = 64;
    private readonly LaneDatapath _datapath;
    private readonly Room _room;
    private readonly List<(int Offset, int Length)> _retired = [];

    public AutomatonArena(LaneDatapath datapath)
    {
        ArgumentNullException.ThrowIfNull(datapath);
        _datapath = datapath;
        // Offset 0 says "no automaton".
        _room = new Room(Alignment, datapath.ArenaSize - Alignment);
    }

    /// <summary>Bytes in use, those not reclaimed yet included.</summary>
    public int Used => _room.Used;

    /// <summary>Copies a table into the arena.</summary>
    /// <param name="counters">Index of its first rule's counter; null: its rules are not counted.</param>
    /// <returns>Its offset; 0 where there is no room.</returns>
    public uint Add(ReadOnlySpan<byte> table, uint? counters)
    {
        if (_room.Take(Align(table.Length)) is not { } offset)
        {
            return 0;
        }

        var place = _datapath.Arena[offset..];
        table.CopyTo(place);
        BinaryPrimitives.WriteUInt32LittleEndian(place[AutomatonHeader.CountersOffset..], counters
            ?? Alternative.NoRule);
        return (uint)offset;
    }

    /// <summary>Gives a table back; no lane may refer to it any more.</summary>
    public void Retire(uint offset, int length) => _retired.Add(((int)offset, Align(length)));

    /// <summary>After a grace period in which every program that ran has ended.</summary>
    public void Reclaim()
    {
        foreach (var (offset, length) in _retired)
        {
            _room.Give(offset, length);
        }

        _retired.Clear();
    }

    private static int Align(int length) => (length + Alignment - 1) / Alignment * Alignment;
}
