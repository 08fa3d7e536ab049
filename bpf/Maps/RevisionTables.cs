using System.Buffers;
using System.Collections.Concurrent;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The inner maps of one revision, filled and not yet visible to any program.</summary>
internal sealed class RevisionTables : IDisposable
{
    private const int Chunk = 8192;
    private readonly List<(BpfMap Outer, BpfMap Inner)> _tables = [];

    private RevisionTables()
    {
    }

    /// <summary>Creates and fills one inner map per table.</summary>
    internal static RevisionTables Build(DatapathImage image, Func<string, (BpfMap Map, MapDefinition Inner)> table)
    {
        var result = new RevisionTables();
        try
        {
            result.Add(table("endpoints"), image.Endpoints);
            result.Add(table("ipcache"), image.IpCache);
            result.Add(table("policy"), image.Policy);
            result.AddDefaults(table("defaults"), image.Defaults);
            result.AddPortClasses(table("port_classes"), image.PortClasses);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Puts the tables in a slot. The programs do not look at it before the revision says so.</summary>
    /// <remarks>Each write waits for running programs; side by side they wait for the same ones.</remarks>
    internal void Install(uint slot)
    {
        var failures = new ConcurrentQueue<Exception>();
        Parallel.ForEach(_tables, table =>
        {
            try
            {
                table.Outer.Set(slot, table.Inner.Fd.Number);
            }
            catch (DatapathException exception)
            {
                failures.Enqueue(exception);
            }
        });
        if (failures.TryDequeue(out var failure))
        {
            throw failure;
        }
    }

    /// <summary>
    /// Returns when no program runs any more that started before the call: writing to a map of maps waits for that
    /// (kernel/bpf/syscall.c, maybe_wait_bpf_programs), even if the same map is written again.
    /// </summary>
    internal void WaitForPrograms(uint slot) => _tables[0].Outer.Set(slot, _tables[0].Inner.Fd.Number);

    public void Dispose()
    {
        foreach (var (_, inner) in _tables)
        {
            inner.Dispose();
        }
    }

    private BpfMap Create((BpfMap Map, MapDefinition Inner) table, int entries)
    {
        var inner = BpfMap.Create(table.Inner with
        {
            Name = table.Map.Name,
            MaxEntries = (uint)Math.Max(entries, 1),
        });
        _tables.Add((table.Map, inner));
        return inner;
    }

    private void Add<TKey, TValue>(
        (BpfMap Map, MapDefinition Inner) table, IReadOnlyList<KeyValuePair<TKey, TValue>> entries)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var map = Create(table, entries.Count);
        var keys = ArrayPool<TKey>.Shared.Rent(Chunk);
        var values = ArrayPool<TValue>.Shared.Rent(Chunk);
        try
        {
            for (var start = 0; start < entries.Count; start += Chunk)
            {
                var count = Math.Min(Chunk, entries.Count - start);
                for (var i = 0; i < count; i++)
                {
                    (keys[i], values[i]) = (entries[start + i].Key, entries[start + i].Value);
                }

                map.SetMany<TKey, TValue>(keys.AsSpan(0, count), values.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<TKey>.Shared.Return(keys);
            ArrayPool<TValue>.Shared.Return(values);
        }
    }

    private void AddDefaults((BpfMap Map, MapDefinition Inner) table, ReadOnlyMemory<PolicyValue> defaults)
    {
        var map = Create(table, defaults.Length);
        var keys = new uint[Math.Min(Chunk, defaults.Length)];
        for (var start = 0; start < defaults.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, defaults.Length - start);
            for (var i = 0; i < count; i++)
            {
                keys[i] = (uint)(start + i);
            }

            map.SetMany<uint, PolicyValue>(keys.AsSpan(0, count), defaults.Span.Slice(start, count));
        }
    }

    private unsafe void AddPortClasses((BpfMap Map, MapDefinition Inner) table, ReadOnlyMemory<ushort> classes)
    {
        var map = Create(table, 1);
        if (classes.IsEmpty)
        {
            return;
        }

        var key = 0u;
        fixed (ushort* value = classes.Span)
        {
            Errno.Check(LibBpf.MapUpdate(map.Fd, &key, value, 0), "BPF map port_classes: cannot be written");
        }
    }
}
