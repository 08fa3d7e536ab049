using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>The one value that everything hangs on (struct datapath).</summary>
/// <param name="Revision">Active revision; its slot is revision &amp; 1; 0: nothing loaded.</param>
/// <param name="PortClassCount">Port classes of each slot's revision.</param>
/// <param name="EventLevel">0: drops and audit only, 1: new flows too.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct DatapathState(ulong Revision, PerSlot PortClassCount, uint EventLevel, uint Pad);

/// <summary>One number for each of the two slots.</summary>
[InlineArray(2)]
public struct PerSlot
{
    private uint _first;
}
