using System.Globalization;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Reads per-CPU arrays of counters and sums them up.</summary>
internal static unsafe class PerCpuCounters
{
    internal static IReadOnlyDictionary<T, PacketCounter> Read<T>(BpfMap map)
        where T : struct, Enum
    {
        var sums = new Dictionary<T, PacketCounter>();
        foreach (var member in Enum.GetValues<T>())
        {
            sums[member] = Read(map, Convert.ToUInt32(member, CultureInfo.InvariantCulture));
        }

        return sums;
    }

    internal static PacketCounter Read(BpfMap map, uint index) =>
        ReadAll<PacketCounter>(map, index).Aggregate((left, right) => left + right);

    /// <summary>The value of each CPU.</summary>
    internal static T[] ReadAll<T>(BpfMap map, uint index)
        where T : unmanaged
    {
        var perCpu = new T[Errno.Check(LibBpf.PossibleCpus(), "the number of CPUs cannot be read")];
        fixed (T* values = perCpu)
        {
            Errno.Check(LibBpf.MapLookup(map.Fd, &index, values), $"BPF map {map.Name}: cannot be read");
        }

        return perCpu;
    }

    /// <summary>Sets the value of every CPU to nothing.</summary>
    internal static void Clear<T>(BpfMap map, uint index)
        where T : unmanaged
    {
        var perCpu = new T[Errno.Check(LibBpf.PossibleCpus(), "the number of CPUs cannot be read")];
        fixed (T* values = perCpu)
        {
            Errno.Check(LibBpf.MapUpdate(map.Fd, &index, values, 0), $"BPF map {map.Name}: cannot be written");
        }
    }
}
