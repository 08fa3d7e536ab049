using System.Net.Sockets;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Policy.Kafka;
using Jumpgate.Testing;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>A Produce of several topics, larger than is held: it goes on while it is judged.</summary>
public class StreamedProduceTests
{
    private static readonly KafkaFilterOptions _options = new() { MaxHeldBytes = 64 * 1024 };

    /// <summary>Each topic is asked about when it comes, and once more with all the others before the end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Produce_ThousandsOfTopicsInPieces_EachIsJudgedAFewTimes(bool isLastDenied)
    {
        const int Count = 2000;
        await using var harness = await KafkaHarness.StartAsync(_options);
        harness.Policy.DeniedTopics.Add("secret");
        var drained = DrainAsync(harness.Broker);
        var request = Request(["large", .. Enumerable.Range(0, Count).Select(i => $"t-{i}"),
            isLastDenied ? "secret" : "last"]);
        for (var at = 0; at < request.Length;)
        {
            // The first topic's records at once; then a few topics each time.
            var end = Math.Min(request.Length, at + (at == 0 ? 110_000 : 100));
            await harness.SendAsync(request[at..end]);
            await harness.UntilTakenAsync();
            at = end;
        }

        if (isLastDenied)
        {
            Assert.Equal(1, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
            Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
            Assert.InRange(await drained, 100_000, request.Length - 1);
        }
        else
        {
            harness.Client.Shutdown(SocketShutdown.Send);
            Assert.Equal(request.Length, await drained);
        }

        Assert.InRange(harness.Policy.Asked.Sum(a => a.Topics.Length), Count, 4 * Count);
    }

    [Fact]
    public async Task Produce_ZeroIdBehindAnAllowedTopic_IsJudged()
    {
        await using var harness = await KafkaHarness.StartAsync(_options);
        harness.Policy.DeniedTopics.Add("secret");
        await harness.SendAsync(Frames.MetadataById(5));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.MetadataByIdReply(5, ("open", 7)));
        await harness.ReceiveReplyAsync();
        var drained = DrainAsync(harness.Broker);
        var request = Frames.ProduceById(1, 300_000, 7, 0);
        await harness.SendAsync(request);

        var reply = new SampleReader(await harness.ReceiveReplyAsync(), 9)
            .Read(ApiCatalog.Get(KafkaApi.Produce).Reply(13));
        Assert.Equal([100, 100], CodesOf(reply));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        Assert.InRange(await drained, 300_000, request.Length - 1);
    }

    /// <summary>What was stopped stays so: the rest of it is gone.</summary>
    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("open", "secret")]
    public async Task Produce_AllowedWhileItIsDenied_IsAnsweredAllTheSame(string first, string second)
    {
        await using var harness = await KafkaHarness.StartAsync(_options);
        harness.Policy.DeniedTopics.Add("secret");
        var drained = DrainAsync(harness.Broker);
        var request = Frames.Produce(1, -1, 300_000, first, second);
        await harness.SendAsync(request[..400_000]);
        await harness.UntilTakenAsync();
        while (!Asked(harness).Any(a => a.Topics.Contains("secret")))
        {
            await Task.Delay(1);
        }

        harness.Policy.DeniedTopics.Clear();
        await harness.SendAsync(request[400_000..]);

        var reply = new SampleReader(await harness.ReceiveReplyAsync(), 8)
            .Read(ApiCatalog.Get(KafkaApi.Produce).Reply(7));
        Assert.Equal([29, 29], CodesOf(reply));
        harness.Client.Close();
        Assert.InRange(await drained, 0, request.Length - 1);
    }

    private static List<KafkaRequest> Asked(KafkaHarness harness)
    {
        lock (harness.Policy.Asked)
        {
            return [.. harness.Policy.Asked];
        }
    }

    private static List<int> CodesOf(Dictionary<string, object?> reply) =>
        [.. ((List<Dictionary<string, object?>>)reply["topics"]!).Select(t =>
            (int)(short)((List<Dictionary<string, object?>>)t["partitions"]!)[0]["error"]!)];

    /// <summary>Produce 7: records for the first topic, no partition of the others.</summary>
    private static byte[] Request(string[] topics) => Frames.Request(0, 7, 1, w =>
    {
        w.WriteInt16(-1);
        w.WriteInt16(-1);
        w.WriteInt32(1000);
        w.WriteInt32(topics.Length);
        foreach (var topic in topics)
        {
            w.WriteString(topic, compact: false);
            w.WriteInt32(topic == "large" ? 1 : 0);
            if (topic == "large")
            {
                w.WriteInt32(0);
                w.WriteInt32(100_000);
                w.WriteZeros(100_000);
            }
        }
    });

    private static async Task<int> DrainAsync(Socket from)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        var (received, buffer) = (0, new byte[64 * 1024]);
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer, limit.Token)) > 0;)
            {
                received += count;
            }
        }
        catch (SocketException)
        {
            // It may be reset.
        }

        return received;
    }
}
