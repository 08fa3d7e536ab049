using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>
/// Remembers in a pinned map which interfaces we touched and whether the qdisc is ours, since a qdisc cannot be marked:
/// clean-up by another process must know. Written before the qdisc is made, so that a kill in between forgets nothing.
/// </summary>
internal sealed class AttachmentLedger(BpfMap map)
{
    internal const string Name = "attachments";

    internal static readonly MapDefinition Definition = new()
    {
        Name = Name,
        Type = BpfMapType.Hash,
        KeySize = 16,
        ValueSize = 8,
        MaxEntries = 16384,
        Flags = 1, // BPF_F_NO_PREALLOC: mostly empty
    };

    internal BpfMap Map => map;

    /// <summary>Makes sure of the qdisc and remembers whose it is.</summary>
    internal void EnsureQdisc(int ifindex)
    {
        var key = Key.Of(ifindex);
        var known = map.TryGet(key, out Entry _);
        if (!known)
        {
            map.Set(key, new Entry { OwnsQdisc = 1 });
        }

        try
        {
            // An entry from before stays as it is: a qdisc that is there now may well be the one we made then.
            if (!InterfaceAttacher.EnsureQdisc(ifindex) && !known)
            {
                map.Set(key, new Entry { OwnsQdisc = 0 });
            }
        }
        catch when (!known)
        {
            map.Remove(key);
            throw;
        }
    }

    /// <summary>Removes the qdisc if it is ours and unused, and forgets the interface.</summary>
    internal bool Release(int ifindex)
    {
        var key = Key.Of(ifindex);
        var removed = map.TryGet(key, out Entry entry) && entry.OwnsQdisc != 0
            && InterfaceAttacher.RemoveUnusedQdisc(ifindex);
        map.Remove(key);
        return removed;
    }

    /// <summary>Forgets interfaces of this namespace that are gone: their numbers may come back.</summary>
    internal void Prune()
    {
        var present = Interfaces.Read().Keys.ToHashSet();
        foreach (var key in Keys().Where(key => key.IsHere && !present.Contains((int)key.Ifindex)))
        {
            map.Remove(key);
        }
    }

    /// <summary>How many interfaces of other network namespaces are remembered.</summary>
    internal int CountElsewhere() => Keys().Count(key => !key.IsHere);

    private List<Key> Keys() => map.ReadKeys<Key>((int)Definition.MaxEntries);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Key(ulong Namespace, uint Ifindex, uint Pad)
    {
        internal bool IsHere => Namespace == Interfaces.NamespaceInode();

        internal static Key Of(int ifindex) => new(Interfaces.NamespaceInode(), (uint)ifindex, 0);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        internal uint OwnsQdisc;
        internal uint Pad;
    }
}
