using System.Globalization;
using Jumpgate.Bpf.Native;
using Errno = Jumpgate.Bpf.Native.Errno;
using NetworkNamespace = Jumpgate.Bpf.Netlink.NetworkNamespace;

namespace Jumpgate.Bpf;

/// <summary>
/// Finds the inbound listeners that a sidecar had before its programs were there; later ones the kernel sees itself.
/// </summary>
internal static class SidecarListeners
{
    private const string ListenState = "0A";
    private const string SocketLink = "socket:[";
    private const ulong NoExist = 1;

    /// <summary>Puts them into the table of listeners, those that are there already left out.</summary>
    internal static void Adopt(BpfMap listeners, NetworkNamespace netns, Cgroup of, ushort port)
    {
        var inodes = netns.Run(() => FindInodes(port));
        if (inodes.Count == 0)
        {
            return;
        }

        foreach (var pid in of.Processes().Distinct())
        {
            using var process = SidecarNative.OpenProcess(pid);
            if (process.IsInvalid)
            {
                continue;
            }

            foreach (var fd in FindDescriptors(pid, inodes))
            {
                using var socket = SidecarNative.TakeFrom(process, fd);
                if (!socket.IsInvalid)
                {
                    Add(listeners, socket);
                }
            }
        }
    }

    /// <summary>Inodes of the calling thread's namespace's listeners on the loopback or on every address.</summary>
    private static HashSet<string> FindInodes(ushort port)
    {
        var inodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in (string[])["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"])
        {
            if (!File.Exists(table))
            {
                continue;
            }

            // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == ListenState && IsForSidecar(fields[1], port))
                {
                    inodes.Add(fields[9]);
                }
            }
        }

        return inodes;
    }

    /// <summary>ADDRESS:PORT in hexadecimal; the address is written as words of the machine's order.</summary>
    private static bool IsForSidecar(string local, ushort port)
    {
        var colon = local.LastIndexOf(':');
        return ushort.TryParse(
                local.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var actual)
            && actual == port
            && local[..colon] is var address
            && (address.All(digit => digit == '0') || address == "00000000000000000000000001000000"
                || (address.Length == 8 && address.EndsWith("7F", StringComparison.Ordinal)));
    }

    private static List<int> FindDescriptors(int pid, HashSet<string> inodes)
    {
        var found = new List<int>();
        try
        {
            foreach (var file in new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos())
            {
                if (file.LinkTarget is { } target && target.StartsWith(SocketLink, StringComparison.Ordinal)
                    && inodes.Contains(target[SocketLink.Length..^1])
                    && int.TryParse(file.Name, CultureInfo.InvariantCulture, out var fd))
                {
                    found.Add(fd);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, and its sockets with it.
        }

        return found;
    }

    private static unsafe void Add(BpfMap listeners, BpfFd socket)
    {
        var cookie = SidecarNative.ReadCookie(socket);
        var count = listeners.ReadInfo().MaxEntries;
        for (uint slot = 0; slot < count; slot++)
        {
            if (listeners.TryGet(slot, out ulong there) && there == cookie)
            {
                return;
            }
        }

        var number = (ulong)socket.Number;
        for (uint slot = 0; slot < count; slot++)
        {
            var result = LibBpf.MapUpdate(listeners.Fd, &slot, &number, NoExist);
            if (result >= 0 || result != -Errno.Exists)
            {
                return; // Taken, or no listener any more.
            }
        }
    }
}
