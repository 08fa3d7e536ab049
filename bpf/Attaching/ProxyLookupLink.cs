using Jumpgate.Bpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Jumpgate.Bpf;

/// <summary>The link that runs the look-up program for the current network namespace. Pinned, it outlives us.</summary>
internal static unsafe class ProxyLookupLink
{
    internal const string PinName = "link_proxy_lookup";
    private const int SocketLookupAttachType = 36;

    /// <summary>Gives a pinned link of this namespace the new program in one step, or makes and pins a link.</summary>
    internal static void Attach(PinDirectory pins, BpfFd program)
    {
        using var pinned = OpenPin(pins);
        if (pinned is not null && ReadInfo(pinned).NetnsInode == Interfaces.NamespaceInode())
        {
            Errno.Check(LibBpf.LinkUpdate(pinned, program, 0), "proxy_lookup: the program cannot be replaced");
            return;
        }

        using SafeFileHandle netns = File.OpenHandle(Interfaces.CurrentNamespace);
        using var log = new LibBpfLog();
        using var link = new BpfFd(Errno.Check(
            LibBpf.LinkCreate(program, netns, SocketLookupAttachType, 0),
            "proxy_lookup cannot be attached to the network namespace"));
        pins.Replace([(PinName, link)]);
    }

    /// <summary>Whether the pinned link works in this namespace.</summary>
    internal static bool IsHere(PinDirectory pins)
    {
        using var link = OpenPin(pins);
        return link is not null && ReadInfo(link).NetnsInode == Interfaces.NamespaceInode();
    }

    /// <summary>Detaches at once, even if somebody else still holds the link.</summary>
    internal static bool Detach(PinDirectory pins)
    {
        using var link = OpenPin(pins);
        if (link is null)
        {
            return false;
        }

        _ = LibBpf.LinkDetach(link);
        return true;
    }

    private static BpfFd? OpenPin(PinDirectory pins)
    {
        var result = LibBpf.OpenPin(pins.PathOf(PinName));
        return result switch
        {
            >= 0 => new(result),
            -Errno.NotFound => null,
            _ => throw new DatapathException($"{pins.PathOf(PinName)}: cannot be opened: {Errno.Describe(result)}"),
        };
    }

    private static KernelLinkInfo ReadInfo(BpfFd link)
    {
        KernelLinkInfo info = default;
        var length = (uint)sizeof(KernelLinkInfo);
        Errno.Check(LibBpf.GetInfo(link, &info, &length), "proxy_lookup: the link cannot be described");
        return info;
    }
}
