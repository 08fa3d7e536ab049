using System.Buffers.Binary;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Kafka.Observation;
using Jumpgate.Testing;

namespace Jumpgate.Kafka.Tests.Connections;

public class KafkaFilterTests
{
    [Fact]
    public async Task Produce_AllowedTopic_ReachesTheBrokerAsItIs()
    {
        await using var harness = await KafkaHarness.StartAsync();
        var request = Frames.Produce(1, -1, 100, "allowed");
        var reply = Frames.Reply(1, w => w.WriteInt64(42));

        await harness.SendAsync(request);
        Assert.Equal(request, await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(reply);

        Assert.Equal(reply, await harness.ReceiveReplyAsync());
    }

    [Fact]
    public async Task Produce_DeniedTopic_IsAnsweredAndNeverForwarded()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");

        await harness.SendAsync(Frames.Produce(1, -1, 100, "allowed", "secret"));
        await harness.SendAsync(Frames.Heartbeat(2, "group"));

        var reply = await harness.ReceiveReplyAsync();
        var read = new SampleReader(reply, 8).Read(Kafka.Messages.ApiCatalog.Get(KafkaApi.Produce).Reply(7));
        var topics = (List<Dictionary<string, object?>>)read["topics"]!;
        Assert.Equal(["allowed", "secret"], topics.Select(t => t["topic"]));
        Assert.All(topics, t =>
            Assert.Equal((short)29, ((List<Dictionary<string, object?>>)t["partitions"]!)[0]["error"]));
        Assert.Equal(2, Frames.RequestCorrelationOf(await harness.ReceiveRequestAsync()));
    }

    [Fact]
    public async Task Produce_DeniedWithoutAcks_ClosesTheConnection()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");

        await harness.SendAsync(Frames.Produce(1, 0, 100, "secret"));

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Broker));
        Assert.Equal(KafkaOutcome.Denied, Assert.Single(harness.Records).Outcome);
    }

    [Fact]
    public async Task Produce_AllowedWithoutAcks_WaitsForNoReply()
    {
        await using var harness = await KafkaHarness.StartAsync();

        await harness.SendAsync([.. Frames.Produce(1, 0, 100, "a"), .. Frames.Heartbeat(2, "group")]);
        await harness.ReceiveRequestAsync();
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.Reply(2, w => w.WriteInt16(0)));

        Assert.Equal(2, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
    }

    [Fact]
    public async Task Requests_HundredsInFlightAllowedAndDenied_AreAnsweredInOrder()
    {
        const int count = 600;
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedGroups.Add("secret");
        var broker = Task.Run(async () =>
        {
            for (var i = 0; i < count; i += 3)
            {
                var id = Frames.RequestCorrelationOf(await harness.ReceiveRequestAsync());
                await harness.ReplyAsync(Frames.Reply(id, w => w.WriteInt16(0)));
            }
        });

        var all = Enumerable.Range(0, count).SelectMany(i => Frames.Heartbeat(i, i % 3 == 0 ? "group" : "secret"));
        await harness.SendAsync([.. all]);

        for (var i = 0; i < count; i++)
        {
            var reply = await harness.ReceiveReplyAsync();
            Assert.Equal(i, Frames.CorrelationOf(reply));
            Assert.Equal(i % 3 == 0 ? 0 : 30, BinaryPrimitives.ReadInt16BigEndian(reply.AsSpan(8)));
        }

        await broker;
    }

    [Fact]
    public async Task Metadata_AllTopics_ReplyHasOnlyThoseAllowed()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");

        await harness.SendAsync(Frames.Metadata(1, null));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.MetadataReply(1, "a", "secret", "b"));

        Assert.Equal(Frames.MetadataReply(1, "a", "b"), await harness.ReceiveReplyAsync());
    }

    [Fact]
    public async Task Metadata_DeniedTopic_IsAnsweredWithTheBrokersAddresses()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");

        await harness.SendAsync(Frames.Metadata(1, "secret"));
        Assert.Equal(Frames.Metadata(1, []), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.MetadataReply(1));

        var read = new SampleReader(await harness.ReceiveReplyAsync(), 8)
            .Read(Kafka.Messages.ApiCatalog.Get(KafkaApi.Metadata).Reply(1));
        Assert.Single((List<Dictionary<string, object?>>)read["brokers"]!);
        var topic = Assert.Single((List<Dictionary<string, object?>>)read["topics"]!);
        Assert.Equal(("secret", (short)29), (topic["topic"], topic["error"]));
    }

    [Fact]
    public async Task Produce_PerTopic_TheRestIsForwardedAndTheReplyJoined()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");
        harness.Policy.IsPerTopic = true;

        await harness.SendAsync(Frames.Produce(1, -1, 50, "a", "secret", "b"));
        Assert.Equal(Frames.Produce(1, -1, 50, "a", "b"), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.Reply(1, w =>
        {
            w.WriteInt32(1);
            w.WriteString("a", compact: false);
            w.WriteInt32(0);
            w.WriteInt32(0);
        }));

        var read = new SampleReader(await harness.ReceiveReplyAsync(), 8)
            .Read(Kafka.Messages.ApiCatalog.Get(KafkaApi.Produce).Reply(7));
        Assert.Equal(["secret", "a"], ((List<Dictionary<string, object?>>)read["topics"]!).Select(t => t["topic"]));
    }

    [Fact]
    public async Task Fetch_Session_IsUsedOnlyWhereItsTopicsWereJudged()
    {
        await using var harness = await KafkaHarness.StartAsync();

        await harness.SendAsync(Frames.Fetch(1, 77, 5));
        var unknown = await harness.ReceiveReplyAsync();
        Assert.Equal(70, BinaryPrimitives.ReadInt16BigEndian(unknown.AsSpan(12)));

        await harness.SendAsync(Frames.Fetch(2, 0, 0, "a"));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.FetchReply(2, 77));
        await harness.ReceiveReplyAsync();
        await harness.SendAsync(Frames.Fetch(3, 77, 1));
        Assert.Equal(Frames.Fetch(3, 77, 1), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.FetchReply(3, 77));
        await harness.ReceiveReplyAsync();

        harness.Policy.Revision++;
        await harness.SendAsync(Frames.Fetch(4, 77, 2));
        Assert.Equal(Frames.Fetch(4, 77, 2), await harness.ReceiveRequestAsync());
        await harness.ReplyAsync(Frames.FetchReply(4, 77));
        await harness.ReceiveReplyAsync();

        harness.Policy.Revision++;
        harness.Policy.Meaning = "other";
        await harness.SendAsync(Frames.Fetch(5, 77, 3));
        Assert.Equal(70, BinaryPrimitives.ReadInt16BigEndian((await harness.ReceiveReplyAsync()).AsSpan(12)));
    }

    [Fact]
    public async Task Fetch_PerTopic_OpensNoSession()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");
        harness.Policy.IsPerTopic = true;

        await harness.SendAsync(Frames.Fetch(1, 0, 0, "a", "secret"));

        Assert.Equal(Frames.Fetch(1, 0, -1, "a"), await harness.ReceiveRequestAsync());
    }

    [Fact]
    public async Task ApiVersions_Reply_IsCutDownToWhatIsKnownAndGranted()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedApis.Add(KafkaApi.CreateTopics);

        await harness.SendAsync(Frames.ApiVersions(1, 3));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.Reply(1, w => Offer(w, (0, 0, 99), (19, 0, 7), (500, 0, 1), (17, 0, 1))));

        Assert.Equal(
            Frames.Reply(1, w => Offer(w, (0, 0, 13), (17, 1, 1))), await harness.ReceiveReplyAsync());

        static void Offer(WireWriter w, params (short Key, short First, short Last)[] apis)
        {
            w.WriteInt16(0);
            w.WriteVarint((uint)apis.Length + 1);
            foreach (var (key, first, last) in apis)
            {
                w.WriteInt16(key);
                w.WriteInt16(first);
                w.WriteInt16(last);
                w.WriteVarint(0);
            }

            w.WriteInt32(0);
            w.WriteVarint(0);
        }
    }

    [Fact]
    public async Task ApiVersions_NewerThanKnown_IsAnsweredInItsOldestForm()
    {
        await using var harness = await KafkaHarness.StartAsync();

        await harness.SendAsync(Frames.ApiVersions(1, 9));

        var reply = await harness.ReceiveReplyAsync();
        Assert.Equal([0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4], reply[8..]);
    }

    [Theory]
    [InlineData("ffffffff", FrameError.FrameLength)]
    [InlineData("7fffffff", FrameError.FrameLength)]
    [InlineData("00000002", FrameError.FrameLength)]
    [InlineData("0000000a7fff000000000001ffff", FrameError.UnknownApi)]
    [InlineData("0000000a0000006300000001ffff", FrameError.UnsupportedVersion)]
    [InlineData("0000000a00000007000000017fff", FrameError.Truncated)]
    [InlineData("0000000e0003000100000001ffff7fffffff", FrameError.FieldLength)]
    [InlineData("0000000e0003000100000001fffffffffffe", FrameError.FieldLength)]
    [InlineData("0000000e0003000000000001ffffffffffff", FrameError.UnexpectedNull)]
    [InlineData("000000100003000900000001ffff00ffffffffff", FrameError.Varint)]
    [InlineData("0000000f0003000100000001ffff0000000055", FrameError.TrailingBytes)]
    [InlineData("000000100012000300000001ffff000101010005", FrameError.TaggedField)]
    public async Task Frame_Hostile_ClosesTheConnectionWithACountedReason(string hex, FrameError reason)
    {
        await using var harness = await KafkaHarness.StartAsync();

        await harness.SendAsync(Convert.FromHexString(hex));

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Broker));
        await harness.Served;
        Assert.Equal(1, harness.Filter.Closed[reason]);
    }

    [Fact]
    public async Task Produce_LargerThanHeldWithALateDenial_BreaksOffBeforeItsEnd()
    {
        await using var harness = await KafkaHarness.StartAsync(new KafkaFilterOptions { MaxHeldBytes = 4096 });
        harness.Policy.DeniedTopics.Add("secret");
        var request = Frames.Produce(1, -1, 300_000, "a", "secret");
        var drained = Task.Run(async () =>
        {
            var received = 0;
            var buffer = new byte[64 * 1024];
            for (int count; (count = await harness.Broker.ReceiveAsync(buffer)) > 0;)
            {
                received += count;
            }

            return received;
        });

        await harness.SendAsync(request);

        var read = new SampleReader(await harness.ReceiveReplyAsync(), 8)
            .Read(Kafka.Messages.ApiCatalog.Get(KafkaApi.Produce).Reply(7));
        Assert.Equal(["a", "secret"], ((List<Dictionary<string, object?>>)read["topics"]!).Select(t => t["topic"]));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        Assert.InRange(await drained.WaitAsync(Wait.Patience), 1, request.Length - 1);
    }

    [Fact]
    public async Task Produce_OneLargeTopic_StreamsThrough()
    {
        await using var harness = await KafkaHarness.StartAsync(new KafkaFilterOptions { MaxHeldBytes = 4096 });
        var request = Frames.Produce(1, -1, 3_000_000, "a");

        var sending = harness.SendAsync(request);

        Assert.Equal(request, await harness.ReceiveRequestAsync());
        await sending;
    }

    [Fact]
    public async Task Broker_Gone_ClientIsClosed()
    {
        await using var harness = await KafkaHarness.StartAsync();

        harness.Broker.Close();

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
    }

    [Fact]
    public async Task Client_EndsItsStream_WhatItAskedForIsStillAnswered()
    {
        await using var harness = await KafkaHarness.StartAsync();

        await harness.SendAsync(Frames.Heartbeat(1, "group"));
        harness.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await harness.ReceiveRequestAsync();
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Broker));
        await harness.ReplyAsync(Frames.Reply(1, w => w.WriteInt16(0)));

        Assert.Equal(1, Frames.CorrelationOf(await harness.ReceiveReplyAsync()));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
    }

    [Fact]
    public async Task Reply_ToAnotherRequest_EndsTheConnection()
    {
        await using var harness = await KafkaHarness.StartAsync();

        await harness.SendAsync(Frames.Heartbeat(1, "group"));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.Reply(99, w => w.WriteInt16(0)));

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        await harness.Served;
        Assert.Equal(1, harness.Filter.Closed[FrameError.UnexpectedReply]);
    }

    [Fact]
    public async Task Policy_ChangedOnAnOpenConnection_JudgesTheNextRequest()
    {
        await using var harness = await KafkaHarness.StartAsync();
        await harness.SendAsync(Frames.Produce(1, -1, 10, "a"));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.Reply(1, w => w.WriteInt32(0)));
        await harness.ReceiveReplyAsync();

        harness.Policy.DeniedTopics.Add("a");
        await harness.SendAsync(Frames.Produce(2, -1, 10, "a"));

        Assert.Equal(
            29, BinaryPrimitives.ReadInt16BigEndian((await harness.ReceiveReplyAsync()).AsSpan(8 + 4 + 3 + 4 + 4)));
    }

    [Fact]
    public async Task Record_DeniedRequest_NamesWhatWasAsked()
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedGroups.Add("secret");

        await harness.SendAsync(Frames.Heartbeat(5, "secret"));
        await harness.ReceiveReplyAsync();
        harness.Client.Close();
        await harness.Served;

        var record = Assert.Single(harness.Records);
        Assert.Equal(
            (KafkaOutcome.Denied, KafkaApi.Heartbeat, "client", 5),
            (record.Outcome, record.Request!.Api, record.Request.ClientId, record.CorrelationId));
        Assert.Equal("secret", Assert.Single(record.Request.Groups));
    }
}
