using System.Globalization;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Describes what is in the kernel.</summary>
internal static unsafe class Inspector
{
    private const int CountLimit = 1 << 20;
    private const int SingleCountLimit = 1 << 14;
    private const uint CountBatch = 4096;

    internal static BpfMapInfo Describe(BpfMap map, uint? slot = null)
    {
        var info = map.ReadInfo();
        var (used, bounded) = CountEntries(map, info);
        return new()
        {
            Name = map.Name,
            Type = info.Type,
            Id = info.Id,
            KeySize = info.KeySize,
            ValueSize = info.ValueSize,
            MaxEntries = info.MaxEntries,
            UsedEntries = used,
            UsedIsLowerBound = bounded,
            MemoryBytes = ReadMemory(map.Fd),
            Slot = slot,
        };
    }

    /// <summary>The maps in the slots of a table.</summary>
    internal static IEnumerable<BpfMapInfo> DescribeSlots(BpfMap outer)
    {
        for (var slot = 0u; slot < outer.ReadInfo().MaxEntries; slot++)
        {
            if (outer.TryGet(slot, out uint id) && LibBpf.MapById(id) is >= 0 and var fd)
            {
                using var inner = new BpfMap(outer.Name, new(fd));
                yield return Describe(inner, slot);
            }
        }
    }

    internal static BpfProgramInfo Describe(BpfFd program)
    {
        var info = ReadProgram(program);
        return new()
        {
            Name = info.Name.ToString(),
            Type = info.Type == 3 ? "tc" : "sk_lookup",
            Id = info.Id,
            Tag = Convert.ToHexStringLower(BitConverter.GetBytes(info.Tag)),
            TranslatedBytes = info.TranslatedLength,
            MachineBytes = info.JitedLength,
            MemoryBytes = ReadMemory(program),
        };
    }

    internal static KernelProgramInfo ReadProgram(BpfFd program)
    {
        KernelProgramInfo info = default;
        var length = (uint)sizeof(KernelProgramInfo);
        Errno.Check(LibBpf.GetInfo(program, &info, &length), "a BPF program cannot be described");
        return info;
    }

    /// <summary>Our filters in the current network namespace, whether an agent runs or not.</summary>
    internal static List<AttachmentInfo> ReadFilters()
    {
        var result = new List<AttachmentInfo>();
        foreach (var (ifindex, name) in Interfaces.Read())
        {
            foreach (var hook in new[] { TcHook.Ingress, TcHook.Egress })
            {
                result.AddRange(TcFilterList.Read(ifindex, hook).Where(filter => filter.IsOurs).Select(filter =>
                    new AttachmentInfo(
                        hook == TcHook.Ingress ? AttachPoint.Ingress : AttachPoint.Egress,
                        ifindex,
                        name,
                        filter.ProgramName.Split(':')[0],
                        filter.ProgramId)));
            }
        }

        return result;
    }

    private static (long? Used, bool Bounded) CountEntries(BpfMap map, in KernelMapInfo info)
    {
        if (info.Type is not (BpfMapType.Hash or BpfMapType.LruHash or BpfMapType.LpmTrie))
        {
            return (null, false);
        }

        return CountInBatches(map, info) is { } counted
            ? (counted, counted >= CountLimit)
            : CountSingly(map, info.KeySize);
    }

    private static long? CountInBatches(BpfMap map, in KernelMapInfo info)
    {
        var keys = new byte[CountBatch * info.KeySize];
        var values = new byte[CountBatch * info.ValueSize];
        // Longest-prefix tables hand out a key as the position, hash tables a bucket number.
        var position = new byte[Math.Max(info.KeySize, 8)];
        var next = new byte[position.Length];
        var options = new BatchOptions { Size = (nuint)sizeof(BatchOptions) };
        long used = 0;
        fixed (byte* k = keys, v = values, p = position, n = next)
        {
            for (var first = true; used < CountLimit; first = false)
            {
                var count = CountBatch;
                var result = LibBpf.MapLookupBatch(map.Fd, first ? null : p, n, k, v, &count, &options);
                if (result < 0 && result != -Errno.NotFound)
                {
                    return null;
                }

                used += count;
                if (result < 0)
                {
                    break;
                }

                next.CopyTo(position, 0);
            }
        }

        return used;
    }

    private static (long? Used, bool Bounded) CountSingly(BpfMap map, uint keySize)
    {
        var key = new byte[keySize];
        var next = new byte[keySize];
        long used = 0;
        fixed (byte* k = key, n = next)
        {
            while (used < SingleCountLimit && LibBpf.MapNextKey(map.Fd, used == 0 ? null : k, n) == 0)
            {
                used++;
                next.CopyTo(key, 0);
            }
        }

        return (used, used == SingleCountLimit);
    }

    /// <summary>"memlock:" of proc(5) fdinfo.</summary>
    private static long ReadMemory(BpfFd fd)
    {
        foreach (var line in File.ReadLines($"/proc/self/fdinfo/{fd.Number}"))
        {
            if (line.StartsWith("memlock:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan("memlock:".Length).Trim(), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
