using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// Writes a revision's tables: five inner maps sized to their content go into the slot that is not in use. Putting a map
/// into its slot waits until no program runs on the former one, so that a packet never mixes two revisions.
/// </summary>
internal sealed class TablePublisher(PinnedMaps maps)
{
    private const uint InnerMapFlag = 1 << 12;
    private const uint NoPreallocation = 1;

    internal void Write(DatapathImage image)
    {
        var slot = (uint)(image.Revision & 1);
        Put("endpoints", slot, BpfMapType.Hash, image.Endpoints, 0);
        Put("ipcache", slot, BpfMapType.LpmTrie, image.IpCache, NoPreallocation);
        Put("policy", slot, BpfMapType.Hash, image.Policy, 0);
        PutDefaults(slot, image.Defaults.Span);
        PutPortClasses(slot, image.PortClasses.Span);
    }

    private unsafe void Put<TKey, TValue>(
        string name, uint slot, BpfMapType type, IReadOnlyList<KeyValuePair<TKey, TValue>> entries, uint flags)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        using var inner = BpfMap.Create(
            type, "jg_" + name, sizeof(TKey), sizeof(TValue), (uint)Math.Max(1, entries.Count), flags);
        var keys = new TKey[entries.Count];
        var values = new TValue[entries.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            (keys[i], values[i]) = entries[i];
        }

        inner.Fill<TKey, TValue>(keys, values);
        maps[name].Update(slot, inner.Fd.Number);
    }

    private unsafe void PutDefaults(uint slot, ReadOnlySpan<PolicyValue> defaults)
    {
        using var inner = BpfMap.Create(
            BpfMapType.Array, "jg_defaults", sizeof(uint), sizeof(PolicyValue), (uint)Math.Max(1, defaults.Length),
            InnerMapFlag);
        var keys = new uint[defaults.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (uint)i;
        }

        inner.Fill<uint, PolicyValue>(keys, defaults);
        maps["defaults"].Update(slot, inner.Fd.Number);
    }

    private unsafe void PutPortClasses(uint slot, ReadOnlySpan<ushort> classes)
    {
        if (classes.Length is not 0 and not DatapathImage.PortClassTableLength)
        {
            throw new ArgumentException($"{classes.Length} port classes; {DatapathImage.PortClassTableLength} or none");
        }

        const int Bytes = DatapathImage.PortClassTableLength * sizeof(ushort);
        using var inner = BpfMap.Create(BpfMapType.Array, "jg_port_classes", sizeof(uint), Bytes, 1);
        if (!classes.IsEmpty)
        {
            uint zero = 0;
            fixed (ushort* table = classes)
            {
                Errno.Check(LibBpf.MapUpdate(inner.Fd, &zero, table, 0), "cannot write the port classes");
            }
        }

        maps["port_classes"].Update(slot, inner.Fd.Number);
    }
}
