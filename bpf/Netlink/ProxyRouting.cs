namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// Makes packets that a program assigned to the proxy's listener be delivered here although their destination is not
/// ours: a rule sends marked packets to a table in which everything is local. Without it the stack would forward them.
/// </summary>
/// <remarks>
/// Ours are told from equal ones of others by their origin (<see cref="Origin"/>, <c>protocol</c> in ip(8)): Remove
/// takes only those away. A foreign rule or route that does the same is good enough for Install.
/// </remarks>
public sealed class ProxyRouting
{
    /// <summary>Mark of packets handed to the proxy: MARK_TO_PROXY in jumpgate.h.</summary>
    public const uint Mark = 0x4a000000;

    /// <summary>Bits of the mark that are ours: MARK_MASK in jumpgate.h.</summary>
    public const uint MarkMask = 0xff000000;

    /// <summary>Routing table; its number is far from those that people give by hand.</summary>
    public const uint Table = 19015;

    /// <summary>Before the main table (32766), after the local one (0): the node's own addresses stay first.</summary>
    public const uint Priority = 90;

    /// <summary>RTPROT_* of our rules and routes: not registered in rt_protos by anybody.</summary>
    public const byte Origin = 0x4a;

    private static readonly byte[] Families = [RouteMessages.FamilyIPv4, RouteMessages.FamilyIPv6];
    private static readonly int[] FamilyMissing = [Errno.FamilyNotSupported, Errno.NotSupported];

    private readonly RouteSocket socket;
    private bool isIPv6Disabled;

    /// <summary>Works in the namespace of <paramref name="socket"/>, which stays the caller's.</summary>
    public ProxyRouting(RouteSocket socket) => this.socket = socket;

    /// <summary>Installs whatever is missing, for IPv4 and, where the kernel has it, IPv6.</summary>
    /// <returns>True where something was missing.</returns>
    /// <exception cref="NetlinkException">No privilege, no lo, or something else is in the place.</exception>
    public bool Install()
    {
        var changed = false;
        foreach (var family in Families)
        {
            if (!IsFamilyPresent(family))
            {
                continue;
            }

            // Route first: a rule to an empty table would let marked packets fall through to be forwarded.
            if (!FindRoutes(family).Any(route => route.IsDelivery))
            {
                // EACCES is not about privileges here: IPv6 is switched off (disable_ipv6) on lo, so nothing will come.
                var errno = socket.Execute(
                    $"add the {Name(family)} route 'local default dev lo table {Table}'",
                    Route(RouteMessages.NewRoute, RouteMessages.FlagCreate | RouteMessages.FlagExclusive, family),
                    family == RouteMessages.FamilyIPv6 ? [Errno.AccessDenied] : null);
                if (errno != 0)
                {
                    isIPv6Disabled = true;
                    continue;
                }

                changed = true;
            }

            if (!FindRules(family).Any(rule => rule.IsDelivery))
            {
                socket.Execute(
                    $"add the {Name(family)} rule 'fwmark {Mark:#x}/{MarkMask:#x} lookup {Table} priority {Priority}'",
                    Rule(RouteMessages.NewRule, RouteMessages.FlagCreate | RouteMessages.FlagExclusive, family));
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>Removes our rules and routes, and nothing else.</summary>
    /// <returns>True where there was something to remove.</returns>
    public bool Remove()
    {
        var changed = false;
        foreach (var family in Families)
        {
            if (!IsFamilyPresent(family))
            {
                continue;
            }

            if (FindRules(family).Any(rule => rule is { IsDelivery: true, Origin: Origin }))
            {
                socket.Execute(
                    $"remove the {Name(family)} rule of priority {Priority}",
                    Rule(RouteMessages.DeleteRule, 0, family),
                    [Errno.NoEntry]);
                changed = true;
            }

            if (FindRoutes(family).Any(route => route is { IsDelivery: true, Origin: Origin }))
            {
                socket.Execute(
                    $"remove the {Name(family)} route of table {Table}",
                    Route(RouteMessages.DeleteRoute, 0, family),
                    [Errno.NoProcess]);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>Rule and route are there for every family the kernel has and Install did not find disabled.</summary>
    public bool IsInstalled() => Families.Where(IsFamilyPresent).All(family =>
        FindRules(family).Any(rule => rule.IsDelivery) && FindRoutes(family).Any(route => route.IsDelivery));

    private static string Name(byte family) => family == RouteMessages.FamilyIPv4 ? "IPv4" : "IPv6";

    private static NetlinkRequest Rule(ushort type, int flags, byte family)
    {
        // struct fib_rule_hdr: family, dst_len, src_len, tos, table, res1, res2, action, flags.
        byte[] header = [family, 0, 0, 0, 0, 0, 0, RouteMessages.Rule.ActionToTable, 0, 0, 0, 0];
        return new NetlinkRequest(type, (ushort)(flags | RouteMessages.FlagAck), header)
            .Add(RouteMessages.Rule.Priority, Priority)
            .Add(RouteMessages.Rule.Mark, Mark)
            .Add(RouteMessages.Rule.MarkMask, MarkMask)
            .Add(RouteMessages.Rule.Table, Table)
            .Add(RouteMessages.Rule.Protocol, Origin);
    }

    private NetlinkRequest Route(ushort type, int flags, byte family)
    {
        var loopback = socket.ListLinks().FirstOrDefault(link => link.IsLoopback)
            ?? throw new NetlinkException($"{socket.Place} has no loopback interface to deliver proxied packets to");

        // struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags.
        var scope = family == RouteMessages.FamilyIPv4
            ? RouteMessages.Route.ScopeHost
            : RouteMessages.Route.ScopeUniverse;
        byte[] header = [family, 0, 0, 0, 0, Origin, scope, RouteMessages.Route.TypeLocal, 0, 0, 0, 0];
        return new NetlinkRequest(type, (ushort)(flags | RouteMessages.FlagAck), header)
            .Add(RouteMessages.Route.Table, Table)
            .Add(RouteMessages.Route.OutInterface, (uint)loopback.Index);
    }

    // Without IPv6 in the kernel its rules have no handler: asking for them is a test that needs no procfs.
    private bool IsFamilyPresent(byte family) =>
        (family != RouteMessages.FamilyIPv6 || !isIPv6Disabled) && TryFindRules(family) is not null;

    private IReadOnlyList<ProxyRule> FindRules(byte family) => TryFindRules(family) ?? [];

    private IReadOnlyList<ProxyRule>? TryFindRules(byte family) => socket.TryDump(
        $"list the {Name(family)} rules",
        new NetlinkRequest(RouteMessages.GetRule, RouteMessages.FlagDump, [family, .. new byte[11]]),
        RouteMessages.NewRule,
        ProxyRule.Parse,
        FamilyMissing);

    private IReadOnlyList<ProxyRoute> FindRoutes(byte family) => socket.Dump(
        $"list the {Name(family)} routes of table {Table}",
        new NetlinkRequest(RouteMessages.GetRoute, RouteMessages.FlagDump, [family, .. new byte[11]])
            .Add(RouteMessages.Route.Table, Table),
        RouteMessages.NewRoute,
        ProxyRoute.Parse,
        emptyOn: [Errno.NoEntry]);
}
