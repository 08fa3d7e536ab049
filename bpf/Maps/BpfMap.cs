using System.Runtime.CompilerServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>A map in the kernel. Keys and values are the mirrors, whose layouts were compared before.</summary>
internal sealed unsafe class BpfMap(string name, BpfFd fd) : IDisposable
{
    private const int BatchSize = 8192;

    internal string Name => name;

    internal BpfFd Fd => fd;

    /// <summary>Opens a pinned map; null where there is none.</summary>
    internal static BpfMap? OpenPin(string name, string path)
    {
        var result = LibBpf.OpenPin(path);
        return result switch
        {
            >= 0 => new(name, new BpfFd(result)),
            -Errno.NotFound => null,
            _ => throw new DatapathException($"pinned map {path}: cannot be opened: {Errno.Describe(result)}"),
        };
    }

    /// <summary>Creates a map that nobody else knows yet.</summary>
    internal static BpfMap Create(MapDefinition definition)
    {
        var options = new MapCreateOptions { Size = (nuint)sizeof(MapCreateOptions), Flags = definition.Flags };
        var result = LibBpf.MapCreate(
            definition.Type,
            definition.Name,
            definition.KeySize,
            definition.ValueSize,
            definition.MaxEntries,
            &options);
        if (result < 0)
        {
            throw new DatapathException(
                $"BPF map {definition.Name} with {definition.MaxEntries} entries: {Errno.Describe(result)}");
        }

        return new(definition.Name, new BpfFd(result));
    }

    internal KernelMapInfo ReadInfo()
    {
        KernelMapInfo info = default;
        var length = (uint)sizeof(KernelMapInfo);
        Errno.Check(LibBpf.GetInfo(fd, &info, &length), $"BPF map {name}: cannot be described");
        return info;
    }

    internal bool TryGet<TKey, TValue>(in TKey key, out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        Unsafe.SkipInit(out value);
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            var result = LibBpf.MapLookup(fd, k, v);
            if (result == -Errno.NotFound)
            {
                value = default;
                return false;
            }

            Errno.Check(result, $"BPF map {name}: cannot be read");
            return true;
        }
    }

    internal void Set<TKey, TValue>(in TKey key, in TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            Errno.Check(LibBpf.MapUpdate(fd, k, v, 0), $"BPF map {name}: cannot be written");
        }
    }

    /// <summary>False where there was no such entry.</summary>
    internal bool Remove<TKey>(in TKey key)
        where TKey : unmanaged
    {
        fixed (TKey* k = &key)
        {
            var result = LibBpf.MapDelete(fd, k);
            // Sockmaps answer EINVAL for an empty slot.
            if (result is -Errno.NotFound or -Errno.Invalid)
            {
                return false;
            }

            Errno.Check(result, $"BPF map {name}: an entry cannot be removed");
            return true;
        }
    }

    /// <summary>Writes many entries with few system calls; a kernel without batches gets one call each.</summary>
    internal void SetMany<TKey, TValue>(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        for (var done = 0; done < keys.Length;)
        {
            var count = Math.Min(keys.Length - done, BatchSize);
            SetBatch(keys.Slice(done, count), values.Slice(done, count));
            done += count;
        }
    }

    /// <summary>All keys as they are now; entries that come and go meanwhile may be missed.</summary>
    internal List<TKey> ReadKeys<TKey>(int limit)
        where TKey : unmanaged
    {
        var keys = new List<TKey>();
        TKey key = default;
        TKey next;
        for (TKey* previous = null; keys.Count < limit && LibBpf.MapNextKey(fd, previous, &next) == 0; previous = &key)
        {
            keys.Add(next);
            key = next;
        }

        return keys;
    }

    public void Dispose() => fd.Dispose();

    private void SetBatch<TKey, TValue>(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        fixed (TKey* k = keys)
        fixed (TValue* v = values)
        {
            var count = (uint)keys.Length;
            var options = new BatchOptions { Size = (nuint)sizeof(BatchOptions) };
            if (LibBpf.MapUpdateBatch(fd, k, v, &count, &options) == 0)
            {
                return;
            }

            // Batches are an optimisation that not every map type of every kernel has; the single update also says
            // which error it really is.
            for (var i = 0; i < keys.Length; i++)
            {
                Set(in keys[i], in values[i]);
            }
        }
    }
}
