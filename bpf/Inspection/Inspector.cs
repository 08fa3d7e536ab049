using System.Globalization;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Describes what is in the kernel.</summary>
internal static unsafe class Inspector
{
    private const int CountLimit = 1 << 20;
    private const int SingleCountLimit = 1 << 14;
    private const uint CountBatch = 4096;

    internal static BpfMapInfo Describe(BpfMap map)
    {
        var info = map.ReadInfo();
        return new(
            map.Name,
            info.Type.ToString(),
            info.Id,
            info.KeySize,
            info.ValueSize,
            info.MaxEntries,
            CountEntries(map, info))
        {
            MemoryBytes = ReadMemory(map.Fd),
        };
    }

    /// <summary>The maps in the slots of a table.</summary>
    internal static IEnumerable<BpfMapInfo> DescribeSlots(BpfMap outer)
    {
        for (var slot = 0u; slot < outer.ReadInfo().MaxEntries; slot++)
        {
            if (outer.TryGet(slot, out uint id) && LibBpf.MapById(id) is >= 0 and var fd)
            {
                using var inner = new BpfMap($"{outer.Name}/{slot}", new(fd));
                yield return Describe(inner);
            }
        }
    }

    internal static BpfProgramInfo Describe(BpfFd program)
    {
        KernelProgramInfo info = default;
        var length = (uint)sizeof(KernelProgramInfo);
        Errno.Check(LibBpf.GetInfo(program, &info, &length), "a BPF program cannot be described");
        var tag = Convert.ToHexStringLower(BitConverter.GetBytes(info.Tag));
        return new(info.Name.ToString(), info.Id, info.Type, tag)
        {
            TranslatedBytes = info.TranslatedLength,
            MachineBytes = info.JitedLength,
            MemoryBytes = ReadMemory(program),
        };
    }

    /// <summary>Our filters in the current network namespace, whether an agent runs or not.</summary>
    internal static List<AttachmentInfo> ReadFilters()
    {
        var result = new List<AttachmentInfo>();
        foreach (var ifindex in Interfaces.Read().Keys.Order())
        {
            var attachment = new AttachmentInfo(
                ifindex, FindOurs(ifindex, TcHook.Ingress), FindOurs(ifindex, TcHook.Egress));
            if (attachment is not { Ingress: null, Egress: null })
            {
                result.Add(attachment);
            }
        }

        return result;
    }

    private static string? FindOurs(int ifindex, TcHook hook) =>
        TcFilterList.Read(ifindex, hook).Where(filter => filter.IsOurs)
            .Select(filter => filter.ProgramName.Split(':')[0]).FirstOrDefault();

    /// <summary>Entries of tables that grow; every slot of the others counts.</summary>
    private static uint CountEntries(BpfMap map, in KernelMapInfo info) =>
        info.Type is BpfMapType.Hash or BpfMapType.LruHash or BpfMapType.LpmTrie
            ? CountInBatches(map, info) ?? CountSingly(map, info.KeySize)
            : info.MaxEntries;

    private static uint? CountInBatches(BpfMap map, in KernelMapInfo info)
    {
        var keys = new byte[CountBatch * info.KeySize];
        var values = new byte[CountBatch * info.ValueSize];
        // Longest-prefix tables hand out a key as the position, hash tables a bucket number.
        var position = new byte[Math.Max(info.KeySize, 8)];
        var next = new byte[position.Length];
        var options = new BatchOptions { Size = (nuint)sizeof(BatchOptions) };
        var used = 0u;
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

    private static uint CountSingly(BpfMap map, uint keySize)
    {
        var key = new byte[keySize];
        var next = new byte[keySize];
        var used = 0u;
        fixed (byte* k = key, n = next)
        {
            while (used < SingleCountLimit && LibBpf.MapNextKey(map.Fd, used == 0 ? null : k, n) == 0)
            {
                used++;
                next.CopyTo(key, 0);
            }
        }

        return used;
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
