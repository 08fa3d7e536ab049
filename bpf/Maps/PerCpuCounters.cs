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

    internal static PacketCounter Read(BpfMap map, uint index)
    {
        var cpus = Errno.Check(LibBpf.PossibleCpus(), "the number of CPUs cannot be read");
        var perCpu = new PacketCounter[cpus];
        fixed (PacketCounter* values = perCpu)
        {
            Errno.Check(LibBpf.MapLookup(map.Fd, &index, values), $"BPF map {map.Name}: cannot be read");
        }

        return perCpu.Aggregate((left, right) => left + right);
    }
}
