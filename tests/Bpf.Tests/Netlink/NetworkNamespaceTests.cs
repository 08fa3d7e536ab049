using System.Net;
using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void Open_ByNameAndByPath_SameNamespace()
    {
        using var lab = Lab.Create();
        using var byName = NetworkNamespace.Open(lab.NodeName);
        using var byPath = NetworkNamespace.Open($"/run/netns/{lab.NodeName}");

        Assert.True(byName.IsSameAs(byPath));
        Assert.Equal(byName.Inode, byPath.Inode);
        Assert.Equal($"{byName.Inode}", Command.Run("stat", "-Lc", "%i", $"/run/netns/{lab.NodeName}").Trim());
    }

    [Fact]
    public void Current_Always_DiffersFromLabAndIsStable()
    {
        using var lab = Lab.Create();
        using var here = NetworkNamespace.Current();
        using var again = NetworkNamespace.Open($"/proc/{Environment.ProcessId}/ns/net");

        Assert.True(here.IsSameAs(again));
        Assert.False(here.IsSameAs(lab.Node));
        Assert.NotEqual(0UL, here.Cookie);
    }

    [Fact]
    public void Open_Missing_NamesNamespacePathAndWayOut()
    {
        var failure = Assert.Throws<NetlinkException>(() => NetworkNamespace.Open("jg-does-not-exist"));

        Assert.Equal(2, failure.ErrorNumber);
        Assert.Contains("'jg-does-not-exist' (/run/netns/jg-", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ip netns list", failure.Message, StringComparison.Ordinal);
        Assert.Null(NetworkNamespace.TryOpen("jg-does-not-exist", out var error));
        Assert.Equal(failure.Message, error);
    }

    [Fact]
    public void Open_OrdinaryFile_SaysNotANamespace()
    {
        using var directory = new TempDirectory();
        var path = directory.Write("file", "");

        var failure = Assert.Throws<NetlinkException>(() => NetworkNamespace.Open(path));

        Assert.Contains("is not a network namespace", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherKindOfNamespace_SaysNotANetworkNamespace()
    {
        var failure = Assert.Throws<NetlinkException>(() => NetworkNamespace.Open("/proc/self/ns/uts"));

        Assert.Contains("is not a network namespace", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Body_IsInsideAndCallerStaysOutside()
    {
        using var lab = Lab.Create("a");
        using var before = NetworkNamespace.Current();

        var inside = lab["a"].Namespace.Run(() =>
        {
            using var current = NetworkNamespace.Current();
            return (current.Cookie, Thread.CurrentThread.IsThreadPoolThread);
        });

        using var after = NetworkNamespace.Current();
        Assert.Equal((lab["a"].Namespace.Cookie, false), inside);
        Assert.True(before.IsSameAs(after));
    }

    [Fact]
    public void Run_BodyThrows_SameExceptionPropagates()
    {
        using var lab = Lab.Create();

        var failure = Assert.Throws<InvalidOperationException>(
            () => lab.Node.Run(() => throw new InvalidOperationException("from inside")));

        Assert.Equal("from inside", failure.Message);
    }

    [Fact]
    public void Run_AsynchronousBody_Refused()
    {
        using var lab = Lab.Create();

        // Not a lambda: it would be taken for the asynchronous thing under test.
        void Misuse() => _ = lab.Node.Run(() => Task.CompletedTask);

        Assert.Throws<ArgumentException>(Misuse);
    }

    [Fact]
    public async Task Run_SocketMadeInside_StaysInNamespace()
    {
        using var lab = Lab.Create("a", "b");
        using var listener = lab.Run("b", () => new TcpListener(IPAddress.IPv6Any, 7000));
        lab.Run("b", listener.Start);
        using var client = lab.Run("a", () => new TcpClient(AddressFamily.InterNetworkV6));

        await client.ConnectAsync(lab["b"].IPv6, 7000).WaitAsync(Wait.Patience);
        using var accepted = await listener.AcceptTcpClientAsync().WaitAsync(Wait.Patience);

        Assert.Equal(lab["a"].IPv6, ((IPEndPoint)accepted.Client.RemoteEndPoint!).Address);
    }
}
