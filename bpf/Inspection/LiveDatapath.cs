using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Whether an agent runs behind a program, found from the program alone: an agent's listening sockets are in a
/// map that its programs use, and leave it when the agent ends.</summary>
internal static unsafe class LiveDatapath
{
    private const string Listeners = "listeners";

    /// <summary>True where the program of <paramref name="filter"/> hands connections to a proxy that lives, and uses
    /// other maps than those in <paramref name="own"/>, whose lock is ours.</summary>
    internal static bool IsBehind(in TcFilter filter, PinDirectory? own)
    {
        var program = LibBpf.ProgramById(filter.ProgramId);
        if (program < 0)
        {
            // It has just been taken away.
            return false;
        }

        using var fd = new BpfFd(program);
        using var pinned = own is null ? null : BpfMap.OpenPin(Listeners, own.PathOf(Listeners));
        var ownId = pinned?.ReadInfo().Id;
        return MapIds(fd).Any(id => id != ownId && HasListener(id));
    }

    private static uint[] MapIds(BpfFd program)
    {
        KernelProgramInfo info = default;
        var length = (uint)sizeof(KernelProgramInfo);
        Errno.Check(LibBpf.GetInfo(program, &info, &length), "a BPF program cannot be described");
        var ids = new uint[info.MapCount];
        fixed (uint* first = ids)
        {
            info = new KernelProgramInfo { MapCount = (uint)ids.Length, MapIds = (ulong)first };
            Errno.Check(LibBpf.GetInfo(program, &info, &length), "a BPF program's maps cannot be listed");
        }

        return ids;
    }

    private static bool HasListener(uint mapId)
    {
        var number = LibBpf.MapById(mapId);
        if (number < 0)
        {
            return false;
        }

        using var map = new BpfMap(Listeners, new BpfFd(number));
        var info = map.ReadInfo();
        return info.Name.ToString() == Listeners
            && Enumerable.Range(0, (int)info.MaxEntries).Any(index => map.TryGet((uint)index, out ulong _));
    }
}
