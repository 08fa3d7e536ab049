using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>struct port_classes; only its layout is used, the value is copied from memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PortClassTable
{
    internal PortClassRow Tcp;
    internal PortClassRow Udp;
}

/// <summary>One class per port.</summary>
[InlineArray(65536)]
internal struct PortClassRow
{
    private ushort _first;
}
