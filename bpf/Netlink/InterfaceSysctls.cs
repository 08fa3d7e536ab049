using System.Globalization;

namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// Reads and sets IPv4 switches of one interface (<c>/proc/sys/net/ipv4/conf/IFACE/NAME</c>, ip-sysctl.rst), or of one
/// namespace as a whole (<c>/proc/sys/net/ipv4/NAME</c>). procfs answers for the namespace of the thread that opens the
/// file, so every access enters it.
/// </summary>
public sealed class InterfaceSysctls
{
    /// <summary>1: packets with a local source address are accepted.</summary>
    public const string AcceptLocal = "accept_local";

    /// <summary>Reverse path filter: 0 off, 1 strict, 2 loose; the higher of "all" and the interface rules.</summary>
    public const string ReversePathFilter = "rp_filter";

    /// <summary>Stands for the namespace in place of an interface's name.</summary>
    public const string WholeNamespace = "";

    /// <summary>
    /// 1: TCP segments meet their socket before they are routed, for both families. Of <see cref="WholeNamespace"/>.
    /// </summary>
    public const string TcpEarlyDemux = "tcp_early_demux";

    private readonly NetworkNamespace networkNamespace;

    /// <summary>Works in that namespace, which stays the caller's.</summary>
    public InterfaceSysctls(NetworkNamespace networkNamespace) => this.networkNamespace = networkNamespace;

    /// <summary>The value, or null where the interface or the switch does not exist.</summary>
    /// <exception cref="NetlinkException">It exists but cannot be read.</exception>
    public int? Read(string interfaceName, string name)
    {
        var path = PathOf(interfaceName, name);
        return networkNamespace.Run(() => ReadHere(path));
    }

    /// <summary>Sets the value.</summary>
    /// <returns>What to hand to <see cref="Restore"/>; null where the value was so already.</returns>
    /// <exception cref="NetlinkException">The interface does not exist, or the value may not be written.</exception>
    public SysctlChange? Set(string interfaceName, string name, int value)
    {
        var path = PathOf(interfaceName, name);
        return networkNamespace.Run(() =>
        {
            var before = ReadHere(path) ?? throw new NetlinkException(
                $"cannot set {path} in namespace '{networkNamespace}': no such file; "
                + $"check that interface '{interfaceName}' exists");
            if (before == value)
            {
                return null;
            }

            WriteHere(path, value);
            return new SysctlChange(interfaceName, name, before, value);
        });
    }

    /// <summary>
    /// Puts the old value back, unless the interface is gone or somebody has set yet another value meanwhile.
    /// </summary>
    /// <returns>True where the old value is back.</returns>
    public bool Restore(SysctlChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var path = PathOf(change.Interface, change.Name);
        return networkNamespace.Run(() =>
        {
            if (ReadHere(path) != change.Value)
            {
                return false;
            }

            WriteHere(path, change.Before);
            return true;
        });
    }

    private static string PathOf(string interfaceName, string name) =>
        (interfaceName == WholeNamespace || InterfaceName.IsValid(interfaceName))
        && name.All(c => char.IsAsciiLetterLower(c) || c == '_')
            ? interfaceName == WholeNamespace
                ? $"/proc/sys/net/ipv4/{name}"
                : $"/proc/sys/net/ipv4/conf/{interfaceName}/{name}"
            : throw new ArgumentException($"'{interfaceName}' / '{name}' is no interface name and switch");

    private int? ReadHere(string path)
    {
        try
        {
            return int.Parse(File.ReadAllText(path).AsSpan().Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new NetlinkException(
                $"cannot read {path} in namespace '{networkNamespace}': {exception.Message}", exception);
        }
    }

    private void WriteHere(string path, int value)
    {
        try
        {
            File.WriteAllText(path, value.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NetlinkException(
                $"cannot set {path} to {value} in namespace '{networkNamespace}': {exception.Message}; "
                + "this needs CAP_NET_ADMIN and a writable /proc/sys",
                exception);
        }
    }
}
