using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>
/// DescribeTopicPartitions of all topics, page by page: where one ends is told, and not at which name.
/// </summary>
public class PagedTopicsTests
{
    [Fact]
    public async Task Reply_PageEndsAtAHiddenTopic_NextPageBeginsThereWithoutItsName()
    {
        await using var harness = await StartAsync();
        var cursor = await NextAsync(harness, Request(1, null), Reply(1, "secret"));

        Assert.NotNull(cursor);
        Assert.DoesNotContain("secret", cursor, StringComparison.Ordinal);
        await harness.SendAsync(Request(2, cursor));
        Assert.Equal(Request(2, "secret"), await harness.ReceiveRequestAsync());
        // The reply to it is looked at likewise, and another connection can go on as well.
        await harness.ReplyAsync(Reply(2, "secret"));
        Assert.NotEqual("secret", CursorOf(await harness.ReceiveReplyAsync()));
        await using var other = await StartAsync(harness.Filter);
        await other.SendAsync(Request(3, cursor));
        Assert.Equal(Request(3, "secret"), await other.ReceiveRequestAsync());
    }

    [Theory]
    [InlineData("open")]
    [InlineData(null)]
    public async Task Reply_PageEndsElsewhere_PassesAsItIs(string? next)
    {
        await using var harness = await StartAsync();

        Assert.Equal(next, await NextAsync(harness, Request(1, null), Reply(1, next)));
    }

    [Theory]
    [InlineData("!")]
    [InlineData("!AAAA")]
    [InlineData("!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!§")]
    [InlineData("open")]
    public async Task Request_CursorThatIsNoSealOfOurs_PassesAsItIs(string cursor)
    {
        await using var harness = await StartAsync();

        await harness.SendAsync(Request(1, cursor));

        Assert.Equal(Request(1, cursor), await harness.ReceiveRequestAsync());
    }

    private static async Task<KafkaHarness> StartAsync(KafkaFilter? filter = null)
    {
        var harness = await KafkaHarness.StartAsync(filter: filter);
        harness.Policy.DeniedTopics.Add("secret");
        return harness;
    }

    private static async Task<string?> NextAsync(KafkaHarness harness, byte[] request, byte[] reply)
    {
        await harness.SendAsync(request);
        Assert.Equal(request, await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(reply);
        return CursorOf(await harness.ReceiveReplyAsync());
    }

    private static string? CursorOf(byte[] reply)
    {
        var read = new SampleReader(reply, 9).Read(ApiCatalog.Get(KafkaApi.DescribeTopicPartitions).Reply(0));
        return read["next"] is Dictionary<string, object?> next && (int)next["partition"]! == 5
            ? (string)next["afterTopic"]! : null;
    }

    private static byte[] Request(int correlationId, string? cursor) => Frames.Request(75, 0, correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteVarint(1);
        w.WriteInt32(2000);
        WriteCursor(w, cursor);
        w.WriteVarint(0);
    });

    private static byte[] Reply(int correlationId, string? next) => Frames.Reply(correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteInt32(0);
        w.WriteVarint(1);
        WriteCursor(w, next);
        w.WriteVarint(0);
    });

    private static void WriteCursor(WireWriter writer, string? topic)
    {
        writer.WriteInt8(topic is null ? (sbyte)-1 : (sbyte)1);
        if (topic is not null)
        {
            writer.WriteString(topic, compact: true);
            writer.WriteInt32(5);
            writer.WriteVarint(0);
        }
    }
}
