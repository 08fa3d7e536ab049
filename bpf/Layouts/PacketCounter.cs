using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>Packets and their bytes (struct packet_counter).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PacketCounter(ulong Packets, ulong Bytes)
{
    /// <summary>Sums two counters.</summary>
    public static PacketCounter operator +(PacketCounter left, PacketCounter right) => left.Add(right);

    /// <summary>Sums two counters.</summary>
    public PacketCounter Add(PacketCounter other) => new(Packets + other.Packets, Bytes + other.Bytes);
}
