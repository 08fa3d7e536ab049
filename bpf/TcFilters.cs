using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// Our tc filters. They have a handle of their own at the first priority, and end in TC_ACT_UNSPEC, so that filters of
/// others on the same clsact qdisc stay and still run. All calls act in the calling thread's network namespace.
/// </summary>
internal sealed unsafe class TcFilters : IDisposable
{
    internal const uint Ingress = 1;
    internal const uint Egress = 2;
    internal const uint Handle = 0x4a47;
    internal const uint Priority = 1;
    private const uint Replace = 1;
    private const string MapName = "attachments";
    private static readonly string[] OurPrograms = ["from_workload", "to_workload", "from_uplink"];

    /// <summary>ifindex -> 1 where the clsact qdisc is ours: outlives the agent, so that clean-up knows.</summary>
    private readonly BpfMap _attachments;

    private TcFilters(BpfMap attachments) => _attachments = attachments;

    internal static TcFilters Open(string directory)
    {
        var path = Path.Combine(directory, MapName);
        var fd = LibBpf.OpenPin(path);
        if (fd >= 0)
        {
            return new(new BpfMap(MapName, new BpfFd(fd)));
        }

        var map = BpfMap.Create(BpfMapType.Hash, MapName, sizeof(uint), sizeof(uint), 16384);
        PinnedMaps.PinTo(map.Fd, path);
        return new(map);
    }

    internal IReadOnlyList<int> Interfaces() => [.. _attachments.Keys<uint>(16384).Select(i => (int)i)];

    internal void Attach(int ifindex, BpfFd? ingress, BpfFd? egress)
    {
        using var log = new LibBpfLog();
        var hook = Hook(ifindex, Ingress | Egress);
        var error = LibBpf.TcHookCreate(&hook);
        if (error is not 0 and not -Errno.Exists)
        {
            throw new DatapathException($"cannot add a clsact qdisc to interface {ifindex}: {Errno.Describe(error)}");
        }

        if (!_attachments.TryLookup((uint)ifindex, out uint _))
        {
            _attachments.Update((uint)ifindex, error == 0 ? 1u : 0u);
        }

        AttachOne(ifindex, Ingress, ingress, log);
        AttachOne(ifindex, Egress, egress, log);
    }

    /// <summary>Removes our filters, and the qdisc where we made it and nobody else uses it.</summary>
    internal void Detach(int ifindex)
    {
        using var log = new LibBpfLog();
        DetachOne(ifindex, Ingress);
        DetachOne(ifindex, Egress);
        if (_attachments.TryLookup((uint)ifindex, out uint ours))
        {
            if (ours == 1 && TcFilterDump.IsEmpty(ifindex))
            {
                var hook = Hook(ifindex, Ingress | Egress);
                _ = LibBpf.TcHookDestroy(&hook);
            }

            _attachments.Delete((uint)ifindex);
        }
    }

    /// <summary>Name of our program on a hook, or null.</summary>
    internal static string? Attached(int ifindex, uint point)
    {
        var hook = Hook(ifindex, point);
        var filter = Filter();
        if (LibBpf.TcQuery(&hook, &filter) < 0)
        {
            return null;
        }

        var fd = LibBpf.ProgramById(filter.ProgramId);
        if (fd < 0)
        {
            return null;
        }

        using var program = new BpfFd(fd);
        KernelProgramInfo info = default;
        var length = (uint)sizeof(KernelProgramInfo);
        return LibBpf.GetInfo(program, &info, &length) == 0 && OurPrograms.Contains(info.Name.ToString())
            ? info.Name.ToString()
            : null;
    }

    public void Dispose() => _attachments.Dispose();

    private static void AttachOne(int ifindex, uint point, BpfFd? program, LibBpfLog log)
    {
        if (program is null)
        {
            return;
        }

        var hook = Hook(ifindex, point);
        var filter = Filter();
        filter.ProgramFd = program.Number;
        filter.Flags = Replace;
        var error = LibBpf.TcAttach(&hook, &filter);
        if (error < 0)
        {
            throw new DatapathException(
                $"cannot attach to interface {ifindex}: {Errno.Describe(error)} {log.LastLines(1)}".TrimEnd());
        }
    }

    private static void DetachOne(int ifindex, uint point)
    {
        if (Attached(ifindex, point) is not null)
        {
            var hook = Hook(ifindex, point);
            var filter = Filter();
            _ = LibBpf.TcDetach(&hook, &filter);
        }
    }

    private static TcHookOptions Hook(int ifindex, uint point) =>
        new() { Size = (nuint)sizeof(TcHookOptions), Ifindex = ifindex, AttachPoint = point };

    private static TcFilterOptions Filter() =>
        new() { Size = (nuint)sizeof(TcFilterOptions), Handle = Handle, Priority = Priority };
}
