using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>The one value that everything hangs on (struct datapath).</summary>
/// <param name="Revision">Active revision; its slot is revision &amp; 1; 0: nothing loaded.</param>
/// <param name="PortClassCount">Port classes of the active revision.</param>
/// <param name="EventLevel">0: drops and audit only, 1: new flows too.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DatapathState(ulong Revision, uint PortClassCount, uint EventLevel);
