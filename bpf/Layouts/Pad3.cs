using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>__u8 pad[3]: explicit, so that the bytes the kernel hashes are always zero.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Pad3(byte First, byte Second, byte Third);
