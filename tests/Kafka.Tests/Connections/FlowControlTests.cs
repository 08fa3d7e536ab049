using System.Buffers.Binary;
using System.Net.Sockets;
using Jumpgate.Kafka.Tests.Fuzzing;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Testing;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>Slow readers, quiet connections, and policy that changes while requests are under way.</summary>
[Collection(nameof(FilterFuzzTests.Alone))]
public class FlowControlTests
{
    private const int Huge = 64 << 20;

    /// <summary>
    /// What sockets and the filter hold of <see cref="Huge"/> together: the kernel gives a socket up to some MiB.
    /// </summary>
    private const long MostUnderWay = 28 << 20;

    [Fact]
    public async Task Fetch_HugeReplyToASlowClient_StopsTheBrokerAndArrivesWhole()
    {
        await using var harness = await KafkaHarness.StartAsync();
        await harness.SendAsync(Frames.Fetch(1, 0, -1, "a"));
        await harness.ReceiveRequestAsync();
        var allocated = GC.GetTotalAllocatedBytes();
        var reply = new Stream(harness.Broker, Huge);
        await reply.StallAsync();
        Assert.InRange(reply.Sent, 1, MostUnderWay);

        Assert.Equal(Huge, await Stream.DrainAsync(harness.Client, Huge));
        await reply.Sending;
        // It has streamed: buffers are used again.
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, Huge / 2);
        await harness.SendAsync(Frames.Heartbeat(2, "group"));
        Assert.Equal(2, Frames.RequestCorrelationOf(await harness.ReceiveRequestAsync()));
    }

    [Fact]
    public async Task Produce_HugeRequestToASlowBroker_StopsTheClientAndArrivesWhole()
    {
        await using var harness = await KafkaHarness.StartAsync();
        var head = Frames.Produce(1, -1, 0, "a");
        BinaryPrimitives.WriteInt32BigEndian(head, Huge - 4);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(head.Length - 4), Huge - head.Length);
        await harness.SendAsync(head);

        var request = new Stream(harness.Client, Huge - head.Length, isFramed: false);
        await request.StallAsync();
        Assert.InRange(request.Sent, 1, MostUnderWay);

        Assert.Equal(Huge, await Stream.DrainAsync(harness.Broker, Huge));
        await request.Sending;
    }

    /// <summary>
    /// A client that asks and asks and reads nothing: its denials wait within bounds, and so does it.
    /// </summary>
    [Fact]
    public async Task Denials_ClientThatReadsNothing_IsReadNoMore()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");
        var request = Frames.Produce(1, -1, 0, [.. Enumerable.Repeat("secret", 2000)]);
        var count = 0;
        var sending = Task.Run(async () =>
        {
            for (; count < 4000; count++)
            {
                await harness.SendAsync(request);
            }
        });
        await Stream.StallAsync(() => Volatile.Read(ref count));

        // 4,000 would be more than 200 MB of replies.
        Assert.InRange(count, 1, 2000);
        harness.Client.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await harness.Served;
    }

    [Fact]
    public async Task Idle_NothingMovesForTheLimit_EndsTheConnectionCounted()
    {
        var time = new ManualTime();
        await using var harness =
            await KafkaHarness.StartAsync(filter: new KafkaFilter(new KafkaFilterOptions(), time));
        for (var i = 0; i < 8; i++)
        {
            time.Pass();
            time.Pass();
            await harness.SendAsync(Frames.Heartbeat(i, "group"));
            await harness.ReceiveRequestAsync();
            await harness.ReplyAsync(Frames.Reply(i, w => w.WriteInt16(0)));
            await harness.ReceiveReplyAsync();
        }

        Assert.Empty(harness.Filter.Closed);
        for (var i = 0; i < 6; i++)
        {
            time.Pass();
        }

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Broker));
        await harness.Served;
        Assert.Equal(1, harness.Filter.Closed[FrameError.Idle]);
    }

    [Fact]
    public async Task Policy_ChangedWithHundredsInFlight_JudgesEveryRequestByOneOfTheTwoInOrder()
    {
        const int count = 400;
        await using var harness = await KafkaHarness.StartAsync();
        var forwarded = 0;
        var broker = Task.Run(async () =>
        {
            while (await RecordingBroker.FrameAsync(harness.Broker) is { } request)
            {
                if (++forwarded == 100)
                {
                    harness.Policy.Denies = name => name == "group";
                }

                await harness.ReplyAsync(Frames.Reply(Frames.RequestCorrelationOf(request), w => w.WriteInt16(0)));
            }
        });

        var codes = new List<short>();
        for (var i = 0; i < count; i += 40)
        {
            await harness.SendAsync([.. Enumerable.Range(i, 40).SelectMany(n => Frames.Heartbeat(n, "group"))]);
            for (var n = i; n < i + 40; n++)
            {
                var reply = await harness.ReceiveReplyAsync();
                Assert.Equal(n, Frames.CorrelationOf(reply));
                codes.Add(BinaryPrimitives.ReadInt16BigEndian(reply.AsSpan(8)));
            }
        }

        harness.Client.Shutdown(SocketShutdown.Send);
        await broker;
        Assert.InRange(forwarded, 100, 139);
        Assert.Equal(
            Enumerable.Repeat((short)0, forwarded).Concat(Enumerable.Repeat((short)30, count - forwarded)), codes);
    }

    [Fact]
    public async Task Produce_PolicyChangedBehindItsJudgement_GoesOnAndTheNextIsDenied()
    {
        await using var harness = await KafkaHarness.StartAsync();
        var request = Frames.Produce(1, -1, 300_000, "a");
        await harness.SendAsync(request[..100_000]);
        var head = new byte[1000];
        Assert.Equal(head.Length, await harness.Broker.ReceiveAsync(head));

        harness.Policy.DeniedTopics.Add("a");
        await harness.SendAsync([.. request[100_000..], .. Frames.Produce(2, -1, 10, "a")]);

        Assert.Equal(request.Length - 1000, await Stream.DrainAsync(harness.Broker, request.Length - 1000));
        await harness.ReplyAsync(Frames.Reply(1, w => w.WriteInt64(0)));
        Assert.Equal(1, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
        Assert.Equal(2, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
        Assert.Equal(0, harness.Broker.Available);
    }

    /// <summary>Bytes that are sent as fast as they are taken.</summary>
    private sealed class Stream
    {
        private long _sent;

        public Stream(Socket to, int length, bool isFramed = true) => Sending = SendAsync(to, length, isFramed);

        public Task Sending { get; }

        public long Sent => Volatile.Read(ref _sent);

        public Task StallAsync() => StallAsync(() => Sent);

        /// <summary>
        /// Until nothing more is taken for a while; on a slow machine perhaps too early, which proves less and fails
        /// nothing.
        /// </summary>
        public static async Task StallAsync(Func<long> progress)
        {
            var last = -1L;
            for (var same = 0; same < 30; same = progress() == last ? same + 1 : 0)
            {
                last = progress();
                await Task.Delay(10);
            }
        }

        public static async Task<int> DrainAsync(Socket from, int most)
        {
            using var limit = new CancellationTokenSource(Wait.Patience);
            var buffer = new byte[64 * 1024];
            var got = 0;
            while (got < most
                && await from.ReceiveAsync(
                buffer.AsMemory(0, Math.Min(buffer.Length, most - got)), limit.Token) is > 0 and var n)
            {
                got += n;
            }

            return got;
        }

        /// <summary>A reply to request 1, or the rest of one.</summary>
        private async Task SendAsync(Socket to, int length, bool isFramed)
        {
            var piece = new byte[64 * 1024];
            if (isFramed)
            {
                BinaryPrimitives.WriteInt32BigEndian(piece, length - 4);
                BinaryPrimitives.WriteInt32BigEndian(piece.AsSpan(4), 1);
            }

            while (Sent < length)
            {
                var count = await to.SendAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, length - Sent)));
                Interlocked.Add(ref _sent, count);
                Array.Clear(piece);
            }
        }
    }
}
