using System.Buffers.Binary;

namespace Jumpgate.Bpf;

/// <summary>__be16 in memory, host order outside.</summary>
internal static class NetworkOrder
{
    internal static ushort Swap(ushort value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
