using System.Net;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink;

public sealed class RouteMonitorTests
{

    [Fact]
    public async Task ReadAll_LinkAndAddressChanges_AreTold()
    {
        using var lab = Lab.Create();
        using var monitor = RouteMonitor.Start(lab.Node);

        lab.Ip("node", "link add one0 type bridge");
        lab.Ip("node", "addr add 192.0.2.1/32 dev one0");
        lab.Ip("node", "addr add 2001:db8::1/128 dev one0 nodad");
        lab.Ip("node", "addr del 192.0.2.1/32 dev one0");
        lab.Ip("node", "link del one0");

        var seen = await ReadUntilAsync(monitor, c => c is { Kind: RouteChangeKind.LinkRemoved, Link.Name: "one0" });
        var index = seen[^1].Link!.Index;
        Assert.Contains(seen, c => c is { Kind: RouteChangeKind.LinkChanged, Link.Name: "one0", Link.Kind: "bridge" });
        Assert.Contains(seen, c => c.Kind == RouteChangeKind.AddressChanged && c.Address!.InterfaceIndex == index
            && c.Address.Address.Equals(IPAddress.Parse("192.0.2.1")));
        Assert.Contains(seen, c => c.Kind == RouteChangeKind.AddressChanged
            && c.Address!.Address.Equals(IPAddress.Parse("2001:db8::1")));
        Assert.Contains(seen, c => c.Kind == RouteChangeKind.AddressRemoved
            && c.Address!.Address.Equals(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public async Task ReadAll_WorkloadNamespaceRemoved_TellsLinkRemoved()
    {
        using var lab = Lab.Create("a");
        var index = lab["a"].HostIndex;
        using var monitor = RouteMonitor.Start(lab.Node);

        lab.RemoveWorkload("a");

        await ReadUntilAsync(monitor, c => c.Kind == RouteChangeKind.LinkRemoved && c.Link!.Index == index);
    }

    [Fact]
    public async Task ReadAll_SlowReader_GetsResyncAfterBacklog()
    {
        using var lab = Lab.Create();
        using var monitor = RouteMonitor.Start(RouteMonitor.Subscribe(lab.Node), backlog: 2);

        AddAddresses(lab, "lo", 20);
        await Wait.UntilAsync(() => monitor.IsBehind, Wait.Patience, "the backlog to overflow");

        var seen = await ReadUntilAsync(monitor, c => c.Kind == RouteChangeKind.Resync);
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public async Task ReadAll_KernelOverrun_GetsResync()
    {
        using var lab = Lab.Create();
        var socket = RouteMonitor.Subscribe(lab.Node);

        // Nobody reads yet: the buffer (212,992 bytes by default, about 1 KB for each message) overflows for certain.
        AddAddresses(lab, "lo", 2000);
        using var monitor = RouteMonitor.Start(socket, backlog: 100_000);

        await ReadUntilAsync(monitor, c => c.Kind == RouteChangeKind.Resync);
        lab.Ip("node", "link add after0 type bridge");
        await ReadUntilAsync(monitor, c => c.Link?.Name == "after0");
    }

    [Fact]
    public async Task Dispose_WhileReading_EndsTheStream()
    {
        using var lab = Lab.Create();
        var monitor = RouteMonitor.Start(lab.Node);
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in monitor.ReadAllAsync())
            {
            }
        });

        await monitor.DisposeAsync();

        await reading.WaitAsync(Wait.Patience);
    }

    private static void AddAddresses(Lab lab, string link, int count)
    {
        var lines = string.Join(
            '\n', Enumerable.Range(0, count).Select(n => $"addr add 10.9.{n / 250}.{n % 250}/32 dev {link}")) + "\n";
        Assert.Equal(0, Command.TryRun(lines, "ip", "-n", lab.NodeName, "-batch", "-").ExitCode);
    }

    private static async Task<List<RouteChange>> ReadUntilAsync(RouteMonitor monitor, Func<RouteChange, bool> last)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        var seen = new List<RouteChange>();
        await foreach (var change in monitor.ReadAllAsync(limit.Token))
        {
            seen.Add(change);
            if (last(change))
            {
                return seen;
            }
        }

        throw new InvalidOperationException("the stream ended early");
    }
}
