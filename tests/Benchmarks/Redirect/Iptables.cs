using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Redirect;

/// <summary>iptables in a namespace of a lab, and nowhere else. Rules go with the namespace.</summary>
/// <param name="lab">The lab.</param>
/// <param name="place">Short name of the namespace.</param>
internal sealed class Iptables(Lab lab, string place)
{
    /// <summary>"nobody" in every Debian: the sidecars' user, whose connections are left alone.</summary>
    public const int SidecarUser = 65534;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What arrives for port 80 goes to a local port instead (NAT, with conntrack).</summary>
    /// <param name="interfaceName">Where it arrives.</param>
    /// <param name="port">Of the proxy.</param>
    public async Task RedirectArrivingAsync(string interfaceName, int port)
    {
        await RunAsync($"-t nat -A PREROUTING -i {interfaceName} -p tcp --dport 80 -j REDIRECT --to-ports {port}");
        ForgetEndedConnections();
    }

    /// <summary>What this namespace sends to ports 80 and 81 goes to a local port, but for what
    /// <see cref="SidecarUser"/> sends.</summary>
    public async Task RedirectLeavingAsync(int port)
    {
        await RunAsync($"-t nat -A OUTPUT -p tcp --dport 80:81 -m owner --uid-owner {SidecarUser} -j RETURN");
        await RunAsync($"-t nat -A OUTPUT -p tcp --dport 80:81 -j REDIRECT --to-ports {port}");
        ForgetEndedConnections();
    }

    /// <summary>What arrives for port 80 gets a transparent socket at 127.0.0.1, the packet stays as it is. Without
    /// the usual <c>-m socket</c> before it, which takes the SYN of a port in TIME_WAIT away from the listener: the
    /// target finds established sockets by itself.</summary>
    public async Task ProxyArrivingAsync(string interfaceName, int port)
    {
        await RunAsync($"-t mangle -A PREROUTING -i {interfaceName} -p tcp --dport 80 -j TPROXY --on-ip 127.0.0.1 "
            + $"--on-port {port} --tproxy-mark 0x1/0x1");
        lab.Ip(place, "rule add fwmark 1 lookup 100");
        lab.Ip(place, "route add local 0.0.0.0/0 dev lo table 100");
    }

    /// <summary>Two minutes of ended connections would fill the table: a busy node is tuned so.</summary>
    private void ForgetEndedConnections()
    {
        foreach (var state in (string[])["time_wait", "close"])
        {
            lab.Run(place, () => File.WriteAllText($"/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_{state}", "1"));
        }
    }

    private async Task RunAsync(string arguments)
    {
        using var iptables = lab.Start(place, "iptables", ["-w", "10", .. arguments.Split(' ')]);
        if (await iptables.WaitForExitAsync(Patience) != 0)
        {
            throw new InvalidOperationException($"iptables {arguments}: {iptables.Error.Trim()}");
        }
    }
}
