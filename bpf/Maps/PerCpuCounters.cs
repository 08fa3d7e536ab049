using System.Globalization;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Reads per-CPU arrays of counters and sums them up.</summary>
internal static unsafe class PerCpuCounters
{
    internal static IReadOnlyDictionary<T, PacketCounter> Read<T>(BpfMap map)
        where T : struct, Enum
    {
        var cpus = Errno.Check(LibBpf.PossibleCpus(), "the number of CPUs cannot be read");
        var perCpu = new PacketCounter[cpus];
        var sums = new Dictionary<T, PacketCounter>();
        foreach (var member in Enum.GetValues<T>())
        {
            var i = Convert.ToUInt32(member, CultureInfo.InvariantCulture);
            fixed (PacketCounter* values = perCpu)
            {
                Errno.Check(LibBpf.MapLookup(map.Fd, &i, values), $"BPF map {map.Name}: cannot be read");
            }

            sums[member] = perCpu.Aggregate((left, right) => left + right);
        }

        return sums;
    }
}
