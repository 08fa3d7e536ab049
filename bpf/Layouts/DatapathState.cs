using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>The one value that everything hangs on (struct datapath).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DatapathState
{
    private readonly ulong _revision;
    private readonly SlotCounts _portClassCount;
    private readonly uint _eventLevel;
    private readonly uint _pad;

    /// <summary>Active revision; its slot is revision &amp; 1; 0: nothing loaded.</summary>
    public ulong Revision { get => _revision; init => _revision = value; }

    /// <summary>Port classes of the revision in each slot.</summary>
    public SlotCounts PortClassCount { get => _portClassCount; init => _portClassCount = value; }

    /// <summary>0: drops and audit only, 1: new flows too.</summary>
    public uint EventLevel
    {
        get => _eventLevel;
        init
        {
            _eventLevel = value;
            _pad = 0;
        }
    }
}

/// <summary>One count per slot: revisions with even and with odd numbers.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SlotCounts(uint Even, uint Odd)
{
    /// <summary>The same counts but for one slot.</summary>
    public SlotCounts With(uint slot, uint count) => slot == 0 ? this with { Even = count } : this with { Odd = count };
}
