using System.Collections.Immutable;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Reads per-CPU arrays of counters and sums them up.</summary>
internal static unsafe class PerCpuCounters
{
    internal static ImmutableArray<PacketCounter> Read(BpfMap map, int entries)
    {
        var cpus = Errno.Check(LibBpf.PossibleCpus(), "the number of CPUs cannot be read");
        var perCpu = new PacketCounter[cpus];
        var sums = ImmutableArray.CreateBuilder<PacketCounter>(entries);
        for (var i = 0u; i < entries; i++)
        {
            fixed (PacketCounter* values = perCpu)
            {
                Errno.Check(LibBpf.MapLookup(map.Fd, &i, values), $"BPF map {map.Name}: cannot be read");
            }

            sums.Add(perCpu.Aggregate((left, right) => left + right));
        }

        return sums.MoveToImmutable();
    }
}
