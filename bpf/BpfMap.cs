using System.Runtime.CompilerServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>One kernel map: its descriptor and what it is.</summary>
internal sealed unsafe class BpfMap(string name, BpfFd fd) : IDisposable
{
    private const int BatchSize = 4096;

    internal string Name { get; } = name;

    internal BpfFd Fd { get; } = fd;

    internal static BpfMap Create(
        BpfMapType type, string name, int keySize, int valueSize, uint maxEntries, uint flags = 0)
    {
        var options = new MapCreateOptions { Size = (nuint)sizeof(MapCreateOptions), Flags = flags };
        var fd = LibBpf.MapCreate(type, name, (uint)keySize, (uint)valueSize, maxEntries, &options);
        if (fd < 0)
        {
            throw new DatapathException($"cannot create the map {name} ({maxEntries} entries): {Errno.Describe(fd)}");
        }

        return new(name, new BpfFd(fd));
    }

    internal KernelMapInfo Info()
    {
        KernelMapInfo info = default;
        var length = (uint)sizeof(KernelMapInfo);
        Errno.Check(LibBpf.GetInfo(Fd, &info, &length), $"cannot read the map {Name}");
        return info;
    }

    internal void Update<TKey, TValue>(in TKey key, in TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        fixed (TKey* keyPointer = &key)
        fixed (TValue* valuePointer = &value)
        {
            Errno.Check(LibBpf.MapUpdate(Fd, keyPointer, valuePointer, 0), $"cannot write to the map {Name}");
        }
    }

    internal bool TryLookup<TKey, TValue>(in TKey key, out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        fixed (TKey* keyPointer = &key)
        fixed (TValue* valuePointer = &value)
        {
            var error = LibBpf.MapLookup(Fd, keyPointer, valuePointer);
            if (error == -Errno.NotFound)
            {
                return false;
            }

            Errno.Check(error, $"cannot read the map {Name}");
            return true;
        }
    }

    internal bool Delete<TKey>(in TKey key)
        where TKey : unmanaged
    {
        fixed (TKey* keyPointer = &key)
        {
            var error = LibBpf.MapDelete(Fd, keyPointer);
            if (error is -Errno.NotFound or -Errno.Invalid)
            {
                return false;
            }

            Errno.Check(error, $"cannot delete from the map {Name}");
            return true;
        }
    }

    /// <summary>Writes many entries, in batches where the kernel can (5.6), one by one where it cannot.</summary>
    internal void Fill<TKey, TValue>(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        if (keys.IsEmpty)
        {
            return;
        }

        fixed (TKey* keyPointer = keys)
        fixed (TValue* valuePointer = values)
        {
            var count = (uint)keys.Length;
            var options = new BatchOptions { Size = (nuint)sizeof(BatchOptions) };
            if (LibBpf.MapUpdateBatch(Fd, keyPointer, valuePointer, &count, &options) == 0)
            {
                return;
            }

            for (var i = 0; i < keys.Length; i++)
            {
                Errno.Check(
                    LibBpf.MapUpdate(Fd, keyPointer + i, valuePointer + i, 0), $"cannot write to the map {Name}");
            }
        }
    }

    internal List<TKey> Keys<TKey>(int limit)
        where TKey : unmanaged
    {
        var keys = new List<TKey>();
        TKey key;
        TKey next;
        void* previous = null;
        while (keys.Count < limit && LibBpf.MapNextKey(Fd, previous, &next) == 0)
        {
            keys.Add(next);
            key = next;
            previous = &key;
        }

        return keys;
    }

    /// <summary>Entries in use of a hash table, counted in batches; for other kinds every slot counts.</summary>
    internal uint CountEntries(KernelMapInfo info)
    {
        if (info.Type is not (BpfMapType.Hash or BpfMapType.LruHash))
        {
            return info.Type == BpfMapType.LpmTrie ? CountByKey(info) : info.MaxEntries;
        }

        var keys = new byte[BatchSize * info.KeySize];
        var values = new byte[BatchSize * info.ValueSize];
        var options = new BatchOptions { Size = (nuint)sizeof(BatchOptions) };
        // The position is opaque: libbpf asks for room of a key, at least four bytes.
        var position = stackalloc byte[(int)Math.Max(info.KeySize, 8)];
        var total = 0u;
        var first = true;
        fixed (byte* keyPointer = keys)
        fixed (byte* valuePointer = values)
        {
            while (total <= info.MaxEntries)
            {
                uint count = BatchSize;
                var error = LibBpf.MapLookupBatch(
                    Fd, first ? null : position, position, keyPointer, valuePointer, &count, &options);
                first = false;
                if (error is 0 or -Errno.NotFound)
                {
                    total += count;
                }

                if (error != 0)
                {
                    break;
                }
            }
        }

        return total;
    }

    public void Dispose() => Fd.Dispose();

    private uint CountByKey(KernelMapInfo info)
    {
        var key = stackalloc byte[(int)info.KeySize];
        var next = stackalloc byte[(int)info.KeySize];
        var total = 0u;
        void* previous = null;
        while (total < info.MaxEntries && LibBpf.MapNextKey(Fd, previous, next) == 0)
        {
            total++;
            Unsafe.CopyBlock(key, next, info.KeySize);
            previous = key;
        }

        return total;
    }
}
