using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>One place where a sidecar's program is at work: a pinned link, which outlives us.</summary>
/// <param name="Name">Of the pin, without its prefix.</param>
/// <param name="Program">What runs there.</param>
/// <param name="AttachType">enum bpf_attach_type.</param>
/// <param name="Target">A cgroup's folder or a network namespace.</param>
/// <param name="TargetId">The kernel's number of it: inode.</param>
internal sealed unsafe record SidecarLink(
    string Name, string Program, int AttachType, SafeHandle Target, ulong TargetId)
{
    /// <summary>Gives a pinned link of this place the new program in one step, or makes and pins a link.</summary>
    internal void Attach(PinDirectory pins, string pin, BpfFd program)
    {
        using var pinned = OpenPin(pins, pin);
        if (pinned is not null && ReadTarget(pinned) == TargetId)
        {
            Errno.Check(LibBpf.LinkUpdate(pinned, program, 0), $"{Program}: the program cannot be replaced");
            return;
        }

        using var log = new LibBpfLog();
        var result = LibBpf.LinkCreate(program, Target, AttachType, 0);
        if (result == -Errno.NotPermitted || result == -Errno.Busy)
        {
            throw new DatapathException(
                $"{Program} cannot be attached: {Errno.Describe(result)}; another program is attached there, or above, "
                + "in a way that admits no second one; see 'bpftool cgroup tree'");
        }

        using var link = new BpfFd(Errno.Check(result, $"{Program} cannot be attached"));
        pins.Replace([(pin, link)]);
    }

    /// <summary>Whether the pinned link is at work in this place.</summary>
    internal bool IsAttached(PinDirectory pins, string pin)
    {
        using var pinned = OpenPin(pins, pin);
        return pinned is not null && ReadTarget(pinned) == TargetId;
    }

    /// <summary>Ends a pinned link at once, even if somebody else still holds it; false where there is none.</summary>
    internal static bool Detach(PinDirectory pins, string pin)
    {
        using var link = OpenPin(pins, pin);
        if (link is null)
        {
            return false;
        }

        _ = LibBpf.LinkDetach(link);
        Errno.Check(LibC.Unlink(pins.PathOf(pin)), $"{pins.PathOf(pin)}: cannot be removed");
        return true;
    }

    private static BpfFd? OpenPin(PinDirectory pins, string pin)
    {
        var result = LibBpf.OpenPin(pins.PathOf(pin));
        return result switch
        {
            >= 0 => new(result),
            -Errno.NotFound => null,
            _ => throw new DatapathException($"{pins.PathOf(pin)}: cannot be opened: {Errno.Describe(result)}"),
        };
    }

    /// <summary>0 where what it was attached to is gone.</summary>
    private static ulong ReadTarget(BpfFd link)
    {
        const int netns = 5; // BPF_LINK_TYPE_NETNS; the other kind has the cgroup's id in the same place
        KernelLinkInfo info = default;
        var length = (uint)sizeof(KernelLinkInfo);
        Errno.Check(LibBpf.GetInfo(link, &info, &length), "a sidecar's link cannot be described");
        return info.Type == netns ? info.NetnsInode : info.NetnsInode | ((ulong)info.AttachType << 32);
    }
}
