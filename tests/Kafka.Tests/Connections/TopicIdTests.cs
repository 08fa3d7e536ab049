using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>Topics named by ids: judged by the name that a broker has told, to this connection or to another.</summary>
public class TopicIdTests
{
    private const short TopicDenied = 29;
    private const short UnknownTopicId = 100;
    private static readonly UInt128 _open = new(1, 1);
    private static readonly UInt128 _secret = new(1, 2);
    private static readonly UInt128 _never = new(1, 3);

    [Fact]
    public async Task Fetch_IdThatNobodyHasTold_IsAnsweredUnknownAndNotForwarded()
    {
        await using var harness = await StartAsync();

        await harness.SendAsync([.. Fetch(1, _open), .. Frames.Heartbeat(2, "group")]);

        Assert.Equal(UnknownTopicId, CodeOf(await harness.ReceiveReplyAsync()));
        Assert.Equal(2, Frames.RequestCorrelationOf(await harness.ReceiveRequestAsync()));
    }

    [Fact]
    public async Task Fetch_IdFromMetadata_IsJudgedByItsName()
    {
        await using var harness = await StartAsync();
        await TeachAsync(harness);

        await harness.SendAsync([.. Fetch(1, _open), .. Fetch(2, _secret)]);

        Assert.Equal(Fetch(1, _open), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.Reply(1, w => w.WriteZeros(20)));
        await harness.ReceiveReplyAsync();
        Assert.Equal(TopicDenied, CodeOf(await harness.ReceiveReplyAsync()));
    }

    [Fact]
    public async Task Fetch_IdThatAnotherConnectionHasSeen_IsKnown()
    {
        await using var first = await StartAsync();
        await TeachAsync(first);
        await using var second = await StartAsync(first.Filter);

        await second.SendAsync(Fetch(1, _secret));
        Assert.Equal(TopicDenied, CodeOf(await second.ReceiveReplyAsync()));
        await second.SendAsync(Fetch(2, _open));

        Assert.Equal(Fetch(2, _open), await second.ReceiveRequestAsync());
    }

    [Fact]
    public async Task Fetch_IdWithTwoNames_HasNone()
    {
        await using var harness = await StartAsync();
        await TeachAsync(harness);
        await AskAsync(harness, Frames.MetadataById(7), Frames.MetadataByIdReply(7, ("other", _open)));

        await harness.SendAsync(Fetch(1, _open));

        Assert.Equal(UnknownTopicId, CodeOf(await harness.ReceiveReplyAsync()));
    }

    [Fact]
    public async Task Metadata_ByUnknownIds_ShowsWhatIsAllowedAndTeaches()
    {
        await using var harness = await StartAsync();

        var reply = await AskAsync(
            harness,
            Frames.MetadataById(1, _open, _secret, _never),
            Frames.MetadataByIdReply(1, ("open", _open), ("secret", _secret), (null, _never)));

        var topics = TopicsOf(KafkaApi.Metadata, 12, reply)
            .ToDictionary(t => (UInt128)t["topicId"]!, t => (t["topic"], t["error"]));
        Assert.Equal(("open", (short)0), topics[_open]);
        Assert.Equal(UnknownTopicId, topics[_never].Item2);
        Assert.Equal((null, TopicDenied), topics[_secret]);
        Assert.DoesNotContain(topics.Values, t => t.Item1 is "secret");
        await harness.SendAsync(Fetch(2, _open));
        Assert.Equal(Fetch(2, _open), await harness.ReceiveRequestAsync());
    }

    [Fact]
    public async Task CreateTopics_Reply_TeachesTheNewId()
    {
        await using var harness = await StartAsync();
        var api = ApiCatalog.Get(KafkaApi.CreateTopics);
        var request = SampleWriter.Request(api, 7, new SampleWriter(new Random(1), elements: 1));
        var sample = new SampleWriter(new Random(2), elements: 1);
        var body = new WireWriter();
        sample.Write(api.Reply(7), body);

        await AskAsync(harness, request, Frames.Reply(7, w =>
        {
            w.WriteVarint(0);
            w.Write(body.Written.Span);
        }));

        await harness.SendAsync(Fetch(2, sample.TopicIds[0]));
        Assert.Equal(Fetch(2, sample.TopicIds[0]), await harness.ReceiveRequestAsync());
        Assert.Equal(sample.Topics[0], Assert.Single(harness.Policy.Asked[^1].Topics));
    }

    [Fact]
    public async Task Fetch_PerTopic_UnknownAndDeniedIdsAreTakenOut()
    {
        await using var harness = await StartAsync();
        harness.Policy.IsPerTopic = true;
        await TeachAsync(harness);

        await harness.SendAsync(Fetch(1, _secret, _open, _never));

        // As a request of its own, which opens no session.
        Assert.Equal(Frames.FetchById(1, epoch: -1, _open), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.FetchByIdReply(1, _open));
        var codes = TopicsOf(KafkaApi.Fetch, 13, await harness.ReceiveReplyAsync()).ToDictionary(
            t => (UInt128)t["topicId"]!, t =>
                (short)((List<Dictionary<string, object?>>)t["partitions"]!)[0]["error"]!);
        Assert.Equal(
            new Dictionary<UInt128, short> { [_secret] = TopicDenied, [_open] = 0, [_never] = UnknownTopicId }, codes);
    }

    [Fact]
    public async Task Fetch_PerTopicWithAZeroId_IsTakenOutAsUnknown()
    {
        await using var harness = await StartAsync();
        harness.Policy.IsPerTopic = true;
        await TeachAsync(harness);

        await harness.SendAsync(Fetch(1, _open, 0));

        Assert.Equal(Frames.FetchById(1, epoch: -1, _open), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.FetchByIdReply(1, _open));
        var codes = TopicsOf(KafkaApi.Fetch, 13, await harness.ReceiveReplyAsync()).Select(t =>
            (short)((List<Dictionary<string, object?>>)t["partitions"]!)[0]["error"]!);
        Assert.Equal([UnknownTopicId, 0], codes);
    }

    /// <summary>Beside a name the id is zero.</summary>
    [Fact]
    public async Task DeleteTopics_PerTopicWithNamesAndATopicWithout_IsTakenOutAlone()
    {
        await using var harness = await StartAsync();
        harness.Policy.IsPerTopic = true;
        await harness.SendAsync(Delete("open", null, "secret"));

        Assert.Equal(Delete("open"), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.Reply(1, w =>
        {
            w.WriteVarint(0);
            w.WriteInt32(0);
            w.WriteVarint(1);
            w.WriteVarint(0);
        }));
        var topics = TopicsOf(KafkaApi.DeleteTopics, 6, await harness.ReceiveReplyAsync());
        Assert.Equal(
            [(null, UnknownTopicId), ("secret", TopicDenied)],
            topics.Select(t => ((string?)t["topic"], (short)t["error"]!)));

        static byte[] Delete(params string?[] names) => Frames.Request(20, 6, 1, w =>
        {
            w.WriteVarint(0);
            w.WriteVarint((uint)names.Length + 1);
            foreach (var name in names)
            {
                w.WriteStringLength(name?.Length ?? -1, compact: true);
                w.Write(System.Text.Encoding.ASCII.GetBytes(name ?? ""));
                w.WriteZeros(16);
                w.WriteVarint(0);
            }

            w.WriteInt32(1000);
            w.WriteVarint(0);
        });
    }

    private static async Task<KafkaHarness> StartAsync(KafkaFilter? filter = null)
    {
        var harness = await KafkaHarness.StartAsync(filter: filter);
        harness.Policy.DeniedTopics.Add("secret");
        return harness;
    }

    private static Task<byte[]> TeachAsync(KafkaHarness harness) => AskAsync(
        harness, Frames.MetadataById(5), Frames.MetadataByIdReply(5, ("open", _open), ("secret", _secret)));

    /// <returns>What the client gets.</returns>
    private static async Task<byte[]> AskAsync(KafkaHarness harness, byte[] request, byte[] reply)
    {
        await harness.SendAsync(request);
        Assert.Equal(request, await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(reply);
        return await harness.ReceiveReplyAsync();
    }

    private static byte[] Fetch(int correlationId, params UInt128[] ids) => Frames.FetchById(correlationId, 0, ids);

    private static short CodeOf(byte[] fetchReply) =>
        (short)((List<Dictionary<string, object?>>)TopicsOf(
            KafkaApi.Fetch, 13, fetchReply)[0]["partitions"]!)[0]["error"]!;

    private static List<Dictionary<string, object?>> TopicsOf(KafkaApi api, short version, byte[] reply) =>
        (List<Dictionary<string, object?>>)new SampleReader(reply, 9)
            .Read(ApiCatalog.Get(api).Reply(version))["topics"]!;
}
