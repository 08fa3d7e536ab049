using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Native;

/// <summary>struct bpf_object_open_opts of libbpf 1.1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ObjectOpenOptions
{
    internal nuint Size;
    internal byte* ObjectName;
    internal byte RelaxedMaps;
    internal byte* PinRootPath;
    internal uint Unused;
    internal byte* Kconfig;
    internal byte* CustomBtf;
    internal byte* LogBuffer;
    internal nuint LogSize;
    internal uint LogLevel;
}

/// <summary>struct bpf_map_create_opts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapCreateOptions
{
    internal nuint Size;
    internal uint BtfFd;
    internal uint BtfKeyType;
    internal uint BtfValueType;
    internal uint BtfVmlinuxValueType;
    internal uint InnerMapFd;
    internal uint Flags;
    internal ulong Extra;
    internal uint NumaNode;
    internal uint Ifindex;
}

/// <summary>struct bpf_map_batch_opts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BatchOptions
{
    internal nuint Size;
    internal ulong ElementFlags;
    internal ulong Flags;
}

/// <summary>struct bpf_test_run_opts of libbpf 1.x.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TestRunOptions
{
    internal nuint Size;
    internal byte* Input;
    internal byte* Output;
    internal uint InputLength;
    internal uint OutputLength;
    internal byte* ContextIn;
    internal byte* ContextOut;
    internal uint ContextInSize;
    internal uint ContextOutSize;
    internal uint Result;
    internal int Repeat;
    internal uint Duration;
    internal uint Flags;
    internal uint Cpu;
    internal uint BatchSize;
}

/// <summary>struct bpf_tc_hook.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcHookOptions
{
    internal nuint Size;
    internal int Ifindex;
    internal uint AttachPoint;
    internal uint Parent;
}

/// <summary>struct bpf_tc_opts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcFilterOptions
{
    internal nuint Size;
    internal int ProgramFd;
    internal uint Flags;
    internal uint ProgramId;
    internal uint Handle;
    internal uint Priority;
}

/// <summary>char[16] of the kernel: BPF_OBJ_NAME_LEN.</summary>
[InlineArray(16)]
internal struct KernelName
{
    private byte _first;

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        var end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

/// <summary>struct bpf_map_info (linux/bpf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelMapInfo
{
    internal BpfMapType Type;
    internal uint Id;
    internal uint KeySize;
    internal uint ValueSize;
    internal uint MaxEntries;
    internal uint Flags;
    internal KernelName Name;
    internal uint Ifindex;
    internal uint BtfVmlinuxValueType;
    internal ulong NetnsDevice;
    internal ulong NetnsInode;
    internal uint BtfId;
    internal uint BtfKeyType;
    internal uint BtfValueType;
    internal uint Reserved;
    internal ulong Extra;
}

/// <summary>The start of struct bpf_prog_info (linux/bpf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelProgramInfo
{
    internal uint Type;
    internal uint Id;
    internal ulong Tag;
    internal uint JitedLength;
    internal uint TranslatedLength;
    internal ulong JitedInstructions;
    internal ulong TranslatedInstructions;
    internal ulong LoadTime;
    internal uint CreatedBy;
    internal uint MapCount;
    internal ulong MapIds;
    internal KernelName Name;
}

/// <summary>The start of struct bpf_link_info with its netns variant.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelLinkInfo
{
    internal uint Type;
    internal uint Id;
    internal uint ProgramId;
    internal uint Reserved;
    internal uint NetnsInode;
    internal uint AttachType;
    internal ulong Reserved2;
}
