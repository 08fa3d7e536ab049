using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>Share groups (KIP-932): sessions have no id, and every request names topics by ids.</summary>
public class ShareGroupTests
{
    private const short SessionNotFound = 122;
    private static readonly UInt128 _open = new(1, 1);
    private static readonly UInt128 _secret = new(1, 2);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ShareFetch_Session_IsUsedOnlyWhereItWasOpenedAndJudged(short version)
    {
        await using var harness = await StartAsync();
        Assert.Equal(SessionNotFound, await DeniedAsync(harness, ShareFetch(version, 1, "m", epoch: 1), version));

        await ForwardedAsync(harness, ShareFetch(version, 2, "m", epoch: 0, _open), FetchReply(version, 2, error: 0));
        await ForwardedAsync(harness, ShareFetch(version, 3, "m", epoch: 1), FetchReply(version, 3, error: 0));
        Assert.Equal(SessionNotFound, await DeniedAsync(harness, ShareFetch(version, 4, "other", epoch: 1), version));

        harness.Policy.Revision++;
        await ForwardedAsync(harness, ShareFetch(version, 5, "m", epoch: 2), FetchReply(version, 5, error: 0));
        harness.Policy.Revision++;
        harness.Policy.Meaning = "other";
        Assert.Equal(SessionNotFound, await DeniedAsync(harness, ShareFetch(version, 6, "m", epoch: 3), version));
    }

    [Fact]
    public async Task ShareFetch_OpeningThatFailed_IsNoSession()
    {
        await using var harness = await StartAsync();
        await ForwardedAsync(harness, ShareFetch(1, 1, "m", epoch: 0, _open), FetchReply(1, 1, error: 16));

        Assert.Equal(SessionNotFound, await DeniedAsync(harness, ShareFetch(1, 2, "m", epoch: 1), 1));
    }

    [Fact]
    public async Task ShareFetch_DeniedTopicAddedToASession_DoesNotReachTheBroker()
    {
        await using var harness = await StartAsync();
        await ForwardedAsync(harness, ShareFetch(1, 1, "m", epoch: 0, _open), FetchReply(1, 1, error: 0));

        Assert.Equal(SessionNotFound, await DeniedAsync(harness, ShareFetch(1, 2, "m", epoch: 1, _secret), 1));

        // The client begins anew, and is told.
        await harness.SendAsync(ShareFetch(1, 3, "m", epoch: 0, _open, _secret));
        Assert.All(PartitionErrors(KafkaApi.ShareFetch, 1, await harness.ReceiveReplyAsync()), e =>
            Assert.Equal((short)29, e));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ShareFetch_PerTopic_OpensASessionOfWhatIsCovered(short version)
    {
        await using var harness = await StartAsync();
        harness.Policy.IsPerTopic = true;
        await harness.SendAsync(ShareFetch(version, 1, "m", epoch: 0, _open, _secret));
        Assert.Equal(ShareFetch(version, 1, "m", epoch: 0, _open), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(FetchReply(version, 1, error: 0));
        Assert.Equal([29], PartitionErrors(KafkaApi.ShareFetch, version, await harness.ReceiveReplyAsync()));

        await ForwardedAsync(harness, ShareFetch(version, 2, "m", epoch: 1), FetchReply(version, 2, error: 0));

        // The session has no denied topic, and gets none.
        Assert.Equal(
            SessionNotFound, await DeniedAsync(harness, ShareFetch(version, 3, "m", epoch: 2, _secret), version));
    }

    [Fact]
    public async Task ShareFetch_PerTopicOpeningThatFailed_IsNoSession()
    {
        await using var harness = await StartAsync();
        harness.Policy.IsPerTopic = true;
        await harness.SendAsync(ShareFetch(1, 1, "m", epoch: 0, _open, _secret));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(FetchReply(1, 1, error: 16));
        await harness.ReceiveReplyAsync();

        Assert.Equal(SessionNotFound, await DeniedAsync(harness, ShareFetch(1, 2, "m", epoch: 1), 1));
    }

    [Fact]
    public async Task ShareAcknowledge_DeniedUnknownAndAllowedTopics_AreToldApart()
    {
        await using var harness = await StartAsync();
        await harness.SendAsync(ShareAcknowledge(1, _secret));
        Assert.Equal([29], PartitionErrors(KafkaApi.ShareAcknowledge, 1, await harness.ReceiveReplyAsync()));
        await harness.SendAsync(ShareAcknowledge(2, new UInt128(1, 9)));
        Assert.Equal([100], PartitionErrors(KafkaApi.ShareAcknowledge, 1, await harness.ReceiveReplyAsync()));

        await harness.SendAsync(ShareAcknowledge(3, _open));

        Assert.Equal(ShareAcknowledge(3, _open), await harness.ReceiveRequestAsync());
    }

    [Theory]
    [InlineData(KafkaApi.ShareGroupHeartbeat)]
    [InlineData(KafkaApi.ShareGroupDescribe)]
    [InlineData(KafkaApi.ShareFetch)]
    [InlineData(KafkaApi.ShareAcknowledge)]
    public async Task Requests_DeniedGroup_AreAnsweredInEveryVersion(KafkaApi key)
    {
        await using var harness = await KafkaHarness.StartAsync();
        var api = ApiCatalog.Get(key);
        for (short version = 0; version <= api.Versions.Last; version++)
        {
            var sample = new SampleWriter(new Random(version), elements: 1);
            var request = SampleWriter.Request(api, version, sample);
            harness.Policy.DeniedGroups.UnionWith(sample.Groups);

            await harness.SendAsync(request);

            var reply = new SampleReader(await harness.ReceiveReplyAsync(), 9).Read(api.Reply(version));
            var error = reply.TryGetValue("error", out var top)
                ? top : ((List<Dictionary<string, object?>>)reply["groups"]!)[0]["error"];
            // An incremental fetch is told to begin anew.
            Assert.Contains((short)error!, key == KafkaApi.ShareFetch ? [SessionNotFound, 30] : (short[])[30]);
        }

        Assert.Equal(0, harness.Broker.Available);
    }

    private static async Task<KafkaHarness> StartAsync()
    {
        var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");
        await ForwardedAsync(
            harness, Frames.MetadataById(9), Frames.MetadataByIdReply(9, ("open", _open), ("secret", _secret)));
        return harness;
    }

    private static async Task ForwardedAsync(KafkaHarness harness, byte[] request, byte[] reply)
    {
        await harness.SendAsync(request);
        Assert.Equal(request, await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(reply);
        Assert.Equal(reply, await harness.ReceiveReplyAsync());
    }

    /// <returns>The error of the reply as a whole.</returns>
    private static async Task<short> DeniedAsync(KafkaHarness harness, byte[] request, short version)
    {
        await harness.SendAsync(request);
        var reply = new SampleReader(await harness.ReceiveReplyAsync(), 9)
            .Read(ApiCatalog.Get(KafkaApi.ShareFetch).Reply(version));
        return (short)reply["error"]!;
    }

    private static List<short> PartitionErrors(KafkaApi api, short version, byte[] reply)
    {
        var topics = (List<Dictionary<string, object?>>)new SampleReader(reply, 9)
            .Read(ApiCatalog.Get(api).Reply(version))["topics"]!;
        return [.. topics.SelectMany(t => (List<Dictionary<string, object?>>)t["partitions"]!)
            .Select(p => (short)p["error"]!)];
    }

    private static byte[] ShareFetch(
        short version, int correlationId, string member, int epoch, params UInt128[] ids) =>
        Frames.Request(78, version, correlationId, w =>
        {
            w.WriteVarint(0);
            w.WriteString("group", compact: true);
            w.WriteString(member, compact: true);
            w.WriteInt32(epoch);
            w.WriteZeros(version >= 1 ? 20 : 12);
            w.WriteVarint((uint)ids.Length + 1);
            foreach (var id in ids)
            {
                Frames.Id(w, id);
                w.WriteVarint(2);
                w.WriteZeros(version == 0 ? 8 : 4);
                w.WriteVarint(1);
                w.WriteVarint(0);
                w.WriteVarint(0);
            }

            w.WriteVarint(1);
            w.WriteVarint(0);
        });

    private static byte[] FetchReply(short version, int correlationId, short error) => Frames.Reply(correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteInt32(0);
        w.WriteInt16(error);
        w.WriteVarint(0);
        w.WriteZeros(version >= 1 ? 4 : 0);
        w.WriteVarint(1);
        w.WriteVarint(1);
        w.WriteVarint(0);
    });

    /// <summary>Version 1, of nothing in partition 0.</summary>
    private static byte[] ShareAcknowledge(int correlationId, UInt128 id) => Frames.Request(79, 1, correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteString("group", compact: true);
        w.WriteString("m", compact: true);
        w.WriteInt32(1);
        w.WriteVarint(2);
        Frames.Id(w, id);
        w.WriteVarint(2);
        w.WriteInt32(0);
        w.WriteVarint(1);
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteVarint(0);
    });
}
