using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Puts programs on one side of an interface and takes them away, and nobody else's. All of it happens in the
/// network namespace of the calling thread.</summary>
internal static unsafe class InterfaceAttacher
{
    private const uint ReplaceFlag = 1;

    /// <summary>Makes the clsact qdisc; false where there was one.</summary>
    internal static bool EnsureQdisc(int ifindex)
    {
        using var log = new LibBpfLog();
        var hook = Hook(ifindex, TcHook.Both);
        var result = LibBpf.TcHookCreate(&hook);
        return result switch
        {
            >= 0 => true,
            -Errno.Exists => false,
            -Errno.NoDevice => throw new DatapathException(
                $"interface {ifindex} does not exist in this network namespace; was the workload removed?"),
            _ => throw new DatapathException(
                $"interface {ifindex}: qdisc clsact cannot be made: {Errno.Describe(result)} ({log.LastLines(1)})"),
        };
    }

    /// <summary>Attaches, or replaces our filter in one step: no packet passes in between.</summary>
    internal static void Attach(int ifindex, TcHook hook, BpfFd program)
    {
        using var log = new LibBpfLog();
        if (TcFilterList.Read(ifindex, hook).FirstOrDefault(filter => filter.IsInOurPlace) is { Handle: not 0 } found
            && !found.IsOurs)
        {
            throw new DatapathException(
                $"interface {ifindex}, {hook}: filter {found.ProgramName} of somebody else has handle " +
                $"0x{TcFilter.OurHandle:x} at priority {TcFilter.OurPriority}; remove it with tc filter del");
        }

        var where = Hook(ifindex, hook);
        var options = Options();
        options.ProgramFd = program.Number;
        options.Flags = ReplaceFlag;
        var result = LibBpf.TcAttach(&where, &options);
        if (result < 0)
        {
            throw new DatapathException(
                $"interface {ifindex}, {hook}: BPF program cannot be attached: {Errno.Describe(result)} " +
                $"({log.LastLines(1)})");
        }
    }

    /// <summary>Removes our filter; false where there was none.</summary>
    internal static bool Detach(int ifindex, TcHook hook)
    {
        using var log = new LibBpfLog();
        if (!TcFilterList.Read(ifindex, hook).Any(filter => filter.IsOurs))
        {
            return false;
        }

        var where = Hook(ifindex, hook);
        var options = Options();
        var result = LibBpf.TcDetach(&where, &options);
        if (result is < 0 and not -Errno.NotFound and not -Errno.NoDevice)
        {
            throw new DatapathException(
                $"interface {ifindex}, {hook}: BPF program cannot be detached: {Errno.Describe(result)} " +
                $"({log.LastLines(1)})");
        }

        return true;
    }

    /// <summary>Removes the qdisc if nobody uses it. Somebody who adds a filter between look and removal loses it: the
    /// kernel has no way to ask for both at once.</summary>
    internal static bool RemoveUnusedQdisc(int ifindex)
    {
        using var log = new LibBpfLog();
        if (TcFilterList.Read(ifindex, TcHook.Ingress).Count > 0 || TcFilterList.Read(ifindex, TcHook.Egress).Count > 0)
        {
            return false;
        }

        var hook = Hook(ifindex, TcHook.Both);
        return LibBpf.TcHookDestroy(&hook) >= 0;
    }

    private static TcHookOptions Hook(int ifindex, TcHook hook) =>
        new() { Size = (nuint)sizeof(TcHookOptions), Ifindex = ifindex, AttachPoint = (uint)hook };

    private static TcFilterOptions Options() => new()
    {
        Size = (nuint)sizeof(TcFilterOptions),
        Handle = TcFilter.OurHandle,
        Priority = TcFilter.OurPriority,
    };
}
