using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Tests.Replies;

/// <summary>
/// Denials byte for byte, as Kafka's message definitions (4.1) have them and not as the filter's descriptions do: of
/// APIs and versions that the scripted broker does not know.
/// </summary>
public class HandWrittenDenialTests
{
    private const short Denied = 29;
    private static readonly UInt128 _secret = new(1, 2);

    [Fact]
    public Task OffsetCommit10_DeniedTopic_AnswersEachPartition() => DenyAsync(8, 10, w =>
    {
        w.WriteString("group", compact: true);
        w.WriteInt32(1);
        w.WriteString("member", compact: true);
        w.WriteVarint(0);
        Topic(w, () =>
        {
            Partition(w, () =>
            {
                w.WriteInt64(42);
                w.WriteInt32(-1);
                w.WriteVarint(0);
            });
        });
    }, w =>
    {
        w.WriteInt32(0);
        Topic(w, () => Partition(w, () => w.WriteInt16(Denied)));
    });

    [Fact]
    public Task OffsetFetch10_DeniedTopic_AnswersEachPartition() => DenyAsync(9, 10, w =>
    {
        w.WriteVarint(2);
        w.WriteString("group", compact: true);
        w.WriteVarint(0);
        w.WriteInt32(-1);
        Topic(w, () =>
        {
            w.WriteVarint(2);
            w.WriteInt32(3);
        });
        w.WriteVarint(0);
        w.WriteInt8(0);
    }, w =>
    {
        w.WriteInt32(0);
        w.WriteVarint(2);
        w.WriteString("group", compact: true);
        Topic(w, () => Partition(w, () =>
        {
            w.WriteInt64(-1);
            w.WriteInt32(-1);
            w.WriteVarint(1);
            w.WriteInt16(Denied);
        }));
        w.WriteInt16(0);
        w.WriteVarint(0);
    });

    [Fact]
    public Task OffsetFetch10_DeniedForAllTopics_AnswersTheGroup() => DenyAsync(9, 10, w =>
    {
        w.WriteVarint(2);
        w.WriteString("secret", compact: true);
        w.WriteVarint(0);
        w.WriteInt32(-1);
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteInt8(0);
    }, w =>
    {
        w.WriteInt32(0);
        w.WriteVarint(2);
        w.WriteString("secret", compact: true);
        w.WriteVarint(1);
        w.WriteInt16(30);
        w.WriteVarint(0);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task ElectLeaders2_Denied_AnswersWhereTheRequestHasAPlace(bool isForAll) => DenyAsync(43, 2, w =>
    {
        w.WriteInt8(0);
        w.WriteVarint(isForAll ? 0u : 2u);
        if (!isForAll)
        {
            w.WriteString("secret", compact: true);
            w.WriteVarint(2);
            w.WriteInt32(3);
            w.WriteVarint(0);
        }

        w.WriteInt32(1000);
    }, w =>
    {
        w.WriteInt32(0);
        w.WriteInt16(isForAll ? Denied : (short)0);
        w.WriteVarint(isForAll ? 1u : 2u);
        if (!isForAll)
        {
            w.WriteString("secret", compact: true);
            Partition(w, () =>
            {
                w.WriteInt16(Denied);
                w.WriteString("Topic authorization failed.", compact: true);
            });
            w.WriteVarint(0);
        }
    });

    [Fact]
    public Task ShareFetch1_DeniedTopic_AnswersEachPartition() => DenyAsync(78, 1, w =>
    {
        w.WriteString("group", compact: true);
        w.WriteString("member", compact: true);
        w.WriteInt32(0);
        w.WriteInt32(500);
        w.WriteInt32(1);
        w.WriteInt32(1 << 20);
        w.WriteInt32(500);
        w.WriteInt32(500);
        Topic(w, () => Partition(w, () => w.WriteVarint(1)));
        w.WriteVarint(1);
    }, w =>
    {
        w.WriteInt32(0);
        w.WriteInt16(0);
        w.WriteVarint(0);
        w.WriteInt32(0);
        Topic(w, () => Partition(w, () =>
        {
            w.WriteInt16(Denied);
            w.WriteString("Topic authorization failed.", compact: true);
            w.WriteInt16(0);
            w.WriteVarint(0);
            // The current leader: nobody known.
            w.WriteInt32(0);
            w.WriteInt32(0);
            w.WriteVarint(0);
            w.WriteVarint(1);
            w.WriteVarint(1);
        }));
        w.WriteVarint(1);
    });

    /// <summary>A list of one topic, by its id.</summary>
    private static void Topic(WireWriter writer, Action partitions)
    {
        writer.WriteVarint(2);
        Frames.Id(writer, _secret);
        partitions();
        writer.WriteVarint(0);
    }

    /// <summary>A list of one partition.</summary>
    private static void Partition(WireWriter writer, Action rest)
    {
        writer.WriteVarint(2);
        writer.WriteInt32(3);
        rest();
        writer.WriteVarint(0);
    }

    private static async Task DenyAsync(short key, short version, Action<WireWriter> request, Action<WireWriter> reply)
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");
        harness.Policy.DeniedGroups.Add("secret");
        await harness.SendAsync(Frames.MetadataById(5));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.MetadataByIdReply(5, ("secret", _secret)));
        await harness.ReceiveReplyAsync();

        await harness.SendAsync(Frames.Request(key, version, 7, w =>
        {
            w.WriteVarint(0);
            request(w);
            w.WriteVarint(0);
        }));

        var expected = Frames.Reply(7, w =>
        {
            w.WriteVarint(0);
            reply(w);
            w.WriteVarint(0);
        });
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(await harness.ReceiveReplyAsync()));
        Assert.Equal(0, harness.Broker.Available);
    }
}
