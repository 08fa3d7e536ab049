using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;
using static Jumpgate.Http.Tests.Sockets.Channels;

namespace Jumpgate.Http.Tests.Sockets;

/// <summary>What must not happen on the event loops, however busy they are.</summary>
public sealed class TcpChannelRobustnessTests
{
    [Fact]
    public async Task TryReceive_MoreAndMore_LeavesOthersTheirTurn()
    {
        const int Bytes = 200;
        var (channel, other) = await PairAsync();
        using (channel)
        using (other)
        {
            await other.SendAsync(new byte[Bytes]);
            var atOnce = 0;
            var rests = 0;
            for (var received = 0; received < Bytes; rests++)
            {
                atOnce = 0;
                while (received < Bytes && channel.TryReceive(new byte[1]) is var count and > 0)
                {
                    received += count;
                    atOnce++;
                    Assert.InRange(atOnce, 1, 64);
                }

                await channel.WaitReadableAsync().AsTask().Within();
            }

            Assert.InRange(rests, 2, Bytes);
        }
    }

    /// <summary>
    /// Descriptors are used again at once: bytes, ends and wake-ups must find whom they are meant for.
    /// </summary>
    [Fact]
    public async Task Churn_WithCloseFromElsewhere_NobodyHearsAnothers()
    {
        const int Workers = 8;
        const int Rounds = 100;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        var at = (IPEndPoint)listener.LocalEndPoint!;
        using var stop = new CancellationTokenSource();
        var echoing = EchoAsync(listener, stop.Token);

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(w => Task.Run(() => WorkAsync(w)))).Within();

        await stop.CancelAsync();
        await echoing.Within();

        async Task WorkAsync(int worker)
        {
            for (var round = 0; round < Rounds; round++)
            {
                var channel = await ConnectAsync(at);
                var token = BitConverter.GetBytes((worker * 100_000) + round + 1);
                await channel.SendAsync(token);
                var answer = new byte[8];
                var length = 0;
                while (length < token.Length)
                {
                    length += await ReceiveAsync(channel, answer.AsMemory(length));
                }

                Assert.Equal(token, answer[..length]);
                var waiting = ReceiveAsync(channel, answer);
                _ = Task.Run(round % 2 == 0 ? channel.Dispose : channel.Reset);
                await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
            }
        }
    }

    [Fact]
    public async Task Connect_ListenerIsFull_TimesOutOrIsCancelled()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var at = (IPEndPoint)listener.LocalEndPoint!;
        var open = new List<TcpChannel>();
        var late = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (open.Count < 64)
            {
                open.Add(await ConnectAsync(at, TimeSpan.FromMilliseconds(300)).Within());
            }
        });
        Assert.Equal(SocketError.TimedOut, late.SocketErrorCode);

        using var cancel = new CancellationTokenSource();
        var connecting = ConnectAsync(at, Wait.Patience, cancellation: cancel.Token);
        Assert.False(connecting.IsCompleted);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
        open.ForEach(o => o.Dispose());
    }

    private static async Task EchoAsync(Socket listener, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var accepted = await listener.AcceptAsync(stop);
                _ = AnswerAsync(accepted);
            }
        }
        catch (OperationCanceledException)
        {
            // That was all.
        }
    }

    private static async Task AnswerAsync(Socket accepted)
    {
        using (accepted)
        {
            try
            {
                var buffer = new byte[64];
                int count;
                while ((count = await accepted.ReceiveAsync(buffer)) > 0)
                {
                    await accepted.SendAsync(buffer.AsMemory(0, count));
                }
            }
            catch (SocketException)
            {
                // Reset, as half of them are.
            }
        }
    }
}
