using System.Net;
using System.Net.Sockets;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests;

public sealed class EventReaderTests : IDisposable
{
    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Poll_DroppedPacket_DeliversEventAndCounts()
    {
        using var datapath = Datapath.Open(_node.Options);
        using var reader = datapath.OpenEvents();
        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));
        var events = new List<FlowEvent>();

        // No policy is loaded: what goes out to the workload is dropped, with that reason.
        SendUntil(() => reader.Poll(TimeSpan.FromMilliseconds(100), events.Add) > 0 &&
            events.Any(e => e.DestinationPort == 9999));

        var dropped = events.First(e => e.DestinationPort == 9999);
        Assert.Equal((EventType.Drop, DropReason.NoPolicy), (dropped.Type, dropped.Reason));
        Assert.Equal((IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2")),
            (dropped.Source.ToIPAddress(), dropped.Destination.ToIPAddress()));
        Assert.Equal((17, TracePoint.ToWorkload), (dropped.Protocol, dropped.TracePoint));
        Assert.True(datapath.ReadDrops()[DropReason.NoPolicy].Packets > 0);
    }

    [Fact]
    public void Poll_HandlerThrows_ExceptionComesOutAndReaderGoesOn()
    {
        using var datapath = Datapath.Open(_node.Options);
        using var reader = datapath.OpenEvents();
        _node.Run(() => datapath.AttachWorkload(_node.Ifindex));

        SendUntil(() =>
        {
            try
            {
                reader.Poll(TimeSpan.FromMilliseconds(100), _ => throw new FormatException("planted"));
                return false;
            }
            catch (FormatException)
            {
                return true;
            }
        });

        SendUntil(() => reader.Poll(TimeSpan.FromMilliseconds(100), _ => { }) > 0);
    }

    [Fact]
    public void OpenEvents_Twice_IsRefusedUntilDisposed()
    {
        using var datapath = Datapath.Open(_node.Options);
        using (datapath.OpenEvents())
        {
            Assert.Throws<InvalidOperationException>(datapath.OpenEvents);
        }

        datapath.OpenEvents().Dispose();
    }

    [Fact]
    public async Task Dispose_WhilePolling_EndsThePoll()
    {
        using var datapath = Datapath.Open(_node.Options);
        var reader = datapath.OpenEvents();
        using var started = new ManualResetEventSlim();
        var poll = Task.Factory.StartNew(
            () =>
            {
                started.Set();
                return reader.Poll(TimeSpan.FromMinutes(5), _ => { });
            },
            TaskCreationOptions.LongRunning);
        started.Wait();

        reader.Dispose();
        datapath.Dispose();

        Assert.Equal(0, await poll.WaitAsync(Wait.Patience));
    }

    private void SendUntil(Func<bool> done) => _node.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        TestNode.Tool("ip", $"-n {_node.NamespaceName} neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev jgt0");
        for (var attempt = 0; attempt < 100; attempt++)
        {
            socket.SendTo("x"u8, new IPEndPoint(IPAddress.Parse("192.0.2.2"), 9999));
            if (done())
            {
                return;
            }
        }

        Assert.Fail("No event arrived.");
    });
}
