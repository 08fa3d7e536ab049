using System.Buffers.Binary;
using System.Net.Sockets;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Tests.Fuzzing;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>Records that are so large that they pass from socket to socket unread.</summary>
[Collection(nameof(FilterFuzzTests.Alone))]
public class LargeRecordTests
{
    private const int Huge = 48 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Produce_AllowedAndDeniedOfAllSizes_AllowedArriveExactlyInOrder(int seed)
    {
        const int Count = 60;
        await using var harness = await KafkaHarness.StartAsync(new KafkaFilterOptions { MaxHeldBytes = 64 * 1024 });
        harness.Policy.DeniedTopics.Add("secret");
        var dice = new Random(seed);
        var requests = Enumerable.Range(0, Count).Select(n => (IsDenied: dice.Next(3) == 0, Id: n)).Select(r => (
            r.IsDenied, r.Id, Frame: Filled(
                dice, Frames.Produce(r.Id, -1, Size(dice), r.IsDenied ? ["secret"] : dice.Next(2) == 0
                    ? ["a"] : ["a", "b", "c"])))).ToList();
        var sending = SendInPiecesAsync(harness.Client, requests.SelectMany(r => r.Frame).ToArray(), dice.Next());
        var answering = Task.Run(async () =>
        {
            foreach (var (_, id, frame) in requests.Where(r => !r.IsDenied))
            {
                var received = await harness.ReceiveRequestAsync();
                Assert.True(frame.AsSpan().SequenceEqual(received), $"request {id} came otherwise");
                await harness.ReplyAsync(Frames.Reply(id, w => w.WriteInt64(0)));
            }
        });

        foreach (var (_, id, _) in requests)
        {
            Assert.Equal(id, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
        }

        await sending.WaitAsync(Wait.Patience);
        await answering.WaitAsync(Wait.Patience);
        Assert.Equal(0, harness.Broker.Available);
        Assert.Empty(harness.Filter.Closed);
    }

    [Fact]
    public async Task Produce_SecondOfTwoLargeTopicsIsDenied_NothingOfItLeavesAndTheConnectionEnds()
    {
        const int Records = 700_000;
        await using var harness = await KafkaHarness.StartAsync(new KafkaFilterOptions { MaxHeldBytes = 64 * 1024 });
        harness.Policy.DeniedTopics.Add("secret");
        var frame = Filled(new Random(4), Frames.Produce(1, -1, Records, "a", "secret"));
        await harness.SendAsync(frame);

        Assert.Equal(1, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        var seen = new MemoryStream();
        await CopyAsync(harness.Broker, seen);
        Assert.InRange(seen.Length, Records, frame.Length - Records);
        Assert.True(frame.AsSpan(0, (int)seen.Length).SequenceEqual(seen.ToArray()));
    }

    [Fact]
    public async Task Produce_FieldBehindTheRecordsIsWrong_EndsTheConnectionCounted()
    {
        await using var harness = await KafkaHarness.StartAsync();
        var frame = Frames.Produce(1, -1, 500_000, "a");
        // As if the records were one byte shorter than what is left of the frame.
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(frame.Length - 500_004), 499_999);
        await harness.SendAsync(frame);

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        await harness.Served;
        Assert.Equal(1, harness.Filter.Closed[Wire.FrameError.TrailingBytes]);
    }

    [Fact]
    public async Task Fetch_RepliesOfAllSizes_ArriveExactlyInOrder()
    {
        const int Count = 40;
        await using var harness = await KafkaHarness.StartAsync();
        var dice = new Random(5);
        var replies = Enumerable.Range(0, Count).Select(id => Reply(dice, id, Size(dice))).ToList();
        await harness.SendAsync([.. Enumerable.Range(0, Count).SelectMany(id => Frames.Fetch(id, 0, -1, "a"))]);
        for (var id = 0; id < Count; id++)
        {
            await harness.ReceiveRequestAsync();
        }

        var sending = SendInPiecesAsync(harness.Broker, replies.SelectMany(r => r).ToArray(), 6);
        foreach (var reply in replies)
        {
            var received = await harness.ReceiveReplyAsync();
            Assert.True(reply.AsSpan().SequenceEqual(received));
        }

        await sending.WaitAsync(Wait.Patience);
    }

    /// <summary>
    /// What a reader leaves lies in a pipe and not in memory of ours: the bytes were moved and not copied.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_ReaderThatReadsNothing_HoldsItsBytesInOnePipe(bool isReply)
    {
        await using var harness = await KafkaHarness.StartAsync();
        var (from, to, head) = (harness.Client, harness.Broker, Frames.Produce(1, -1, 0, "a"));
        if (isReply)
        {
            await harness.SendAsync(Frames.Fetch(1, 0, -1, "a"));
            await harness.ReceiveRequestAsync();
            (from, to, head) = (harness.Broker, harness.Client, new byte[8]);
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), 1);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(head.Length - 4), Huge - head.Length);
        }

        BinaryPrimitives.WriteInt32BigEndian(head, Huge - 4);
        var bytes = new byte[Huge];
        new Random(7).NextBytes(bytes);
        head.CopyTo(bytes, 0);
        var sending = SendInPiecesAsync(from, bytes, 8);
        await HeldPipes.WaitForBytesAsync();
        Assert.Single(HeldPipes.Bytes);

        var received = isReply ? await harness.ReceiveReplyAsync() : await harness.ReceiveRequestAsync();
        Assert.True(bytes.AsSpan().SequenceEqual(received));
        await sending.WaitAsync(Wait.Patience);
        Assert.Empty(HeldPipes.Bytes);
    }

    private static int Size(Random dice) => dice.Next(4) switch
    {
        0 => dice.Next(0, 1000),
        1 => dice.Next(30_000, 40_000),
        2 => dice.Next(60_000, 300_000),
        _ => dice.Next(300_000, 1_500_000),
    };

    /// <summary>Fills runs of zeros, which are records; lengths and names have none that long.</summary>
    private static byte[] Filled(Random dice, byte[] frame)
    {
        const int Run = 16;
        for (var i = 0; i + Run < frame.Length; i++)
        {
            var end = i;
            while (end < frame.Length && frame[end] == 0)
            {
                end++;
            }

            if (end - i > Run)
            {
                // What is next to the run may be a part of a number.
                dice.NextBytes(frame.AsSpan(i + 8, end == frame.Length ? end - i - 8 : end - i - Run));
            }

            i = end;
        }

        return frame;
    }

    private static byte[] Reply(Random dice, int correlationId, int size)
    {
        var reply = new byte[8 + size];
        dice.NextBytes(reply);
        BinaryPrimitives.WriteInt32BigEndian(reply, reply.Length - 4);
        BinaryPrimitives.WriteInt32BigEndian(reply.AsSpan(4), correlationId);
        return reply;
    }

    private static async Task SendInPiecesAsync(Socket to, ReadOnlyMemory<byte> bytes, int seed)
    {
        var dice = new Random(seed);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes[..Math.Min(bytes.Length, dice.Next(1, 1 << dice.Next(4, 21)))])..];
        }
    }

    private static async Task CopyAsync(Socket from, Stream to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer).WaitAsync(Wait.Patience) is var count and > 0)
            {
                to.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // It may have been reset.
        }
    }
}
