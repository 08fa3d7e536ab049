using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;
using static Jumpgate.Http.Tests.Sockets.Channels;

namespace Jumpgate.Http.Tests.Sockets;

/// <summary>Sockets on the event loops, against .NET's own at the other end.</summary>
public sealed class TcpChannelTests
{
    private const int Many = 8 * 1024 * 1024;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Connect_ToAListener_KnowsBothAddresses(string address)
    {
        var loopback = IPAddress.Parse(address);
        using var listener = Listen(loopback, out var at);
        using var client = await ConnectAsync(at);
        var (accepted, peer) = await listener.AcceptAsync().AsTask().Within();
        using (accepted)
        {
            Assert.Equal(at, accepted.GetLocalAddress());
            Assert.Equal(client.GetLocalAddress(), peer);
        }
    }

    [Fact]
    public async Task Connect_NobodyListens_IsRefused()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var refusal = await Assert.ThrowsAsync<SocketException>(
            () => ConnectAsync((IPEndPoint)unused.LocalEndPoint!).Within());

        Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
    }

    [Fact]
    public async Task Accept_ListenerIsClosed_Ends()
    {
        var listener = Listen(IPAddress.Loopback, out _);
        var accepting = listener.AcceptAsync().AsTask();

        listener.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => (Task)accepting.Within());
    }

    [Fact]
    public async Task Receive_LessThanAskedFor_LooksAgainOnlyWhereItMayHaveJoined()
    {
        var (channel, other) = await PairAsync(mayJoin: true);
        using (channel)
        using (other)
        {
            Assert.True(await LooksAgainAsync());

            channel.HasNotJoined();

            Assert.False(channel.MayHaveJoined);
            Assert.False(await LooksAgainAsync());
        }

        async Task<bool> LooksAgainAsync()
        {
            while (channel.TryReceive(new byte[100]) != TcpChannel.WouldBlock)
            {
            }

            var waiting = channel.WaitReadableAsync().AsTask();
            await other.SendAsync(new byte[3]);
            await waiting.Within();
            Assert.Equal(3, channel.TryReceive(new byte[100]));
            return channel.MayRead;
        }
    }

    [Fact]
    public async Task Receive_BytesAndEndAtOnce_SeesBoth()
    {
        var (channel, other) = await PairAsync();
        using (channel)
        using (other)
        {
            var waiting = channel.WaitReadableAsync().AsTask();
            await other.SendAsync(new byte[100]);
            other.Shutdown(SocketShutdown.Send);
            await waiting.Within();

            Assert.Equal(100, await ReceiveAsync(channel, new byte[4096]).Within());
            Assert.Equal(0, await ReceiveAsync(channel, new byte[4096]).Within());
        }
    }

    [Fact]
    public async Task HasArrived_NothingThenTheEnd_TellsThem()
    {
        var (channel, other) = await PairAsync();
        using (channel)
        {
            Assert.False(channel.HasArrived);

            other.Dispose();

            await Wait.UntilAsync(() => Task.FromResult(channel.HasArrived), Wait.Patience, "the end to arrive");
        }
    }

    [Fact]
    public async Task WaitReadable_BetweenLooksThatFindNothing_Rests()
    {
        var (channel, other) = await PairAsync();
        using (channel)
        using (other)
        {
            var looks = 0;
            var watching = Task.Run(async () =>
            {
                while (!channel.HasArrived)
                {
                    Interlocked.Increment(ref looks);
                    await channel.WaitReadableAsync();
                }
            });
            await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref looks) > 1), Wait.Patience, "two looks");

            await other.SendAsync(new byte[1]);

            await watching.Within();
            Assert.InRange(looks, 2, 4);
        }
    }

    [Fact]
    public async Task Send_SlowReader_AllArrivesInOrder()
    {
        var (channel, other) = await PairAsync();
        using (channel)
        using (other)
        {
            var bytes = new byte[Many];
            new Random(7).NextBytes(bytes);
            var sending = channel.SendAsync(bytes).AsTask();
            Assert.False(sending.IsCompleted);

            var received = new byte[Many];
            for (var at = 0; at < Many;)
            {
                at += await other.ReceiveAsync(received.AsMemory(at)).AsTask().Within();
            }

            await sending.Within();
            Assert.True(bytes.AsSpan().SequenceEqual(received));
        }
    }

    [Fact]
    public async Task Receive_BusySender_AllArrivesInOrder()
    {
        var (channel, other) = await PairAsync();
        using (channel)
        using (other)
        {
            var bytes = new byte[Many];
            new Random(8).NextBytes(bytes);
            var sending = Task.Run(async () =>
            {
                for (var at = 0; at < Many;)
                {
                    at += await other.SendAsync(bytes.AsMemory(at, Math.Min(3000, Many - at)));
                }
            });

            var received = new byte[Many];
            for (var at = 0; at < Many;)
            {
                at += await ReceiveAsync(channel, received.AsMemory(at, Math.Min(1000, Many - at))).Within();
            }

            await sending.Within();
            Assert.True(bytes.AsSpan().SequenceEqual(received));
        }
    }

    [Fact]
    public async Task Dispose_SomebodyWaits_EndsTheWait()
    {
        var (channel, other) = await PairAsync();
        using (other)
        {
            var receiving = ReceiveAsync(channel, new byte[1]);

            channel.Dispose();

            await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving.Within());
            Assert.Equal(0, await other.ReceiveAsync(new byte[1]).Within());
        }
    }

    [Fact]
    public async Task Reset_OtherEnd_SeesAReset()
    {
        var (channel, other) = await PairAsync();
        using (other)
        {
            channel.Reset();

            var reset = await Assert.ThrowsAsync<SocketException>(
                () => other.ReceiveAsync(new byte[1]).Within());
            Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        }
    }

    [Fact]
    public async Task Release_AfterAWait_GoesOnAsASocket()
    {
        var (channel, other) = await PairAsync();
        using (other)
        {
            await other.SendAsync(new byte[] { 1 });
            Assert.Equal(1, await ReceiveAsync(channel, new byte[1]).Within());

            using var socket = channel.Release();
            channel.Dispose();
            await other.SendAsync(new byte[] { 2 });

            var next = new byte[1];
            Assert.Equal(1, await socket.ReceiveAsync(next).Within());
            Assert.Equal(2, next[0]);
        }
    }

    private static TcpListeningSocket Listen(IPAddress loopback, out IPEndPoint at)
    {
        var socket = TcpSocket.Create(loopback.AddressFamily);
        socket.Bind(new IPEndPoint(loopback, 0));
        var listener = socket.Listen(16, mayJoin: false);
        at = listener.LocalAddress;
        return listener;
    }
}
