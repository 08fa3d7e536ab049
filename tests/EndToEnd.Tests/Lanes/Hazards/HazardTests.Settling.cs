using System.Diagnostics;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// Hazard 4: between the kernel's verdict for a response's last bytes and the moment when they are in the queue.
/// </summary>
public sealed partial class HazardTests
{
    /// <summary>
    /// After so long the proxy takes it that a send has ended (LONG_AGO_NS in lane_ask.bpf.c is 1 s).
    /// </summary>
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(0.9);

    /// <summary>
    /// The client reads into memory that is not there and so holds its socket: the server's send, judged already, waits
    /// for it. The proxy has a 403 for the same client, and must not send it before.
    /// </summary>
    [Fact]
    public async Task Pipelining_ResponseOnItsWayToTheQueue_IsNotOvertaken()
    {
        var second = new SemaphoreSlim(0);
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (!head.StartsWith("GET /v1/halves", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                await Task.Delay(Moment);
                await wire.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
                await second.WaitAsync();
                // A thread of its own: it waits in the kernel.
                await Task.Factory.StartNew(
                    () => wire.Socket.Send("56789"u8), CancellationToken.None, TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
            }
        });
        using var client = await WarmAsync(server.Address);
        var judged = 0;
        for (var i = 0; i < 30 && judged < 2; i++)
        {
            using var memory = new HeldMemory();
            await client.SendAsync(Wire.Request("/v1/halves"));
            await client.SendAsync(Wire.Request("/secret"));
            var reading = Task.Factory.StartNew(
                () => memory.Receive(client.Socket.SafeHandle), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            await Wait.UntilAsync(() => memory.IsAwaited || reading.IsCompleted, Wait.Patience, "the client to read");
            Assert.False(reading.IsCompleted);
            var before = await scene.Scene.LaneBytesAsync("queue");
            var clock = Stopwatch.StartNew();
            second.Release();
            await Task.Delay(Moment);
            var after = await scene.Scene.LaneBytesAsync("queue");
            // Not a limit for the product: later than that it need not wait any more.
            judged += clock.Elapsed < Promise ? 1 : 0;
            var isEarly = after != before && clock.Elapsed < Promise;
            memory.Give();

            var text = Encoding.ASCII.GetString(memory.Read(await reading.WaitAsync(Wait.Patience)));
            Assert.False(isEarly, "the proxy wrote while a response was on its way to the queue");
            Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234", text, StringComparison.Ordinal);
            var rest = new StringBuilder(text);
            var expected = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789".Length;
            await client.ReadAsync(expected - text.Length, part => rest.Append(Encoding.ASCII.GetString(part)));
            Assert.EndsWith("0123456789", rest.ToString(), StringComparison.Ordinal);
            Assert.Equal((403, "Access denied\r\n"), await client.ReadResponseAsync());
            await UntilDecidedAsync(client);
        }

        Assert.True(judged > 0, "the machine was too slow, thirty times");
    }
}
