using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>
/// Topics named by ids that nobody has told a name for, under rules as operators write them: where the name decides
/// nothing, request and reply pass whole; where it does, nobody guesses.
/// </summary>
public class EveryTopicTests
{
    private const string Audit = "jumpgate.dev/audit: \"true\"";
    private static readonly UInt128 _unknown = new(2, 7);

    public static TheoryData<KafkaApi, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<KafkaApi, string, string>();
            foreach (var api in new[] { KafkaApi.Fetch, KafkaApi.Produce, KafkaApi.OffsetFetch, KafkaApi.OffsetCommit })
            {
                cases.Add(api, "[{}]", "");
                cases.Add(api, "[]", "");
                cases.Add(api, $"[{{ role: {(api == KafkaApi.Produce ? "produce" : "consume")}, topic: \"*\" }}]", "");
                cases.Add(api, "[{ role: consume, topic: other }]", Audit);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Request_UnknownIdWhereNoNameDecides_ReplyPassesWhole(
        KafkaApi key, string rules, string annotation)
    {
        await using var harness = await KafkaHarness.StartAsync(policy: new WrittenPolicy(rules, annotation));
        var api = ApiCatalog.Get(key);
        var version = key == KafkaApi.OffsetFetch || key == KafkaApi.OffsetCommit ? (short)10 : (short)13;
        var request = key == KafkaApi.Fetch
            ? Frames.FetchById(7, epoch: -1, _unknown)
            : SampleWriter.Request(api, version, new SampleWriter(new Random(1)));

        await harness.SendAsync(request);
        Assert.Equal(request, await harness.ReceiveRequestAsync());
        var reply = ReplyOf(api, version);
        await harness.ReplyAsync(reply);

        Assert.Equal(reply, await harness.ReceiveReplyAsync());
    }

    [Theory]
    [InlineData("[{}]", "")]
    [InlineData("[{ role: consume, topic: \"*\" }]", "")]
    [InlineData("[{ role: consume, topic: other }]", Audit)]
    public async Task OffsetFetch_AllTopicsWhereNoNameDecides_ReplyPassesWhole(string rules, string annotation)
    {
        await using var harness = await KafkaHarness.StartAsync(policy: new WrittenPolicy(rules, annotation));
        var api = ApiCatalog.Get(KafkaApi.OffsetFetch);
        await harness.SendAsync(AllOffsets(1));
        Assert.Equal(AllOffsets(1), await harness.ReceiveRequestAsync());
        var reply = ReplyOf(api, 10, correlationId: 1);

        await harness.ReplyAsync(reply);

        Assert.Equal(reply, await harness.ReceiveReplyAsync());
    }

    [Fact]
    public async Task Fetch_UnknownIdWhereNoNameDecides_ReplyOfAnySizePasses()
    {
        await using var harness = await KafkaHarness.StartAsync(
            new KafkaFilterOptions { MaxHeldReplyBytes = 100 }, policy: new WrittenPolicy("[{}]"));
        await harness.SendAsync(Frames.FetchById(7, epoch: -1, _unknown));
        await harness.ReceiveRequestAsync();
        var reply = ReplyOf(ApiCatalog.Get(KafkaApi.Fetch), 13, elements: 5);
        Assert.True(reply.Length > 200);

        await harness.ReplyAsync(reply);

        Assert.Equal(reply, await harness.ReceiveReplyAsync());
    }

    /// <summary>Not one of the ids has a name, so that none is known to be covered.</summary>
    [Fact]
    public async Task OffsetFetch_AllTopicsUnderARuleWithATopic_ShowsNoneWithoutAName()
    {
        await using var harness = await KafkaHarness.StartAsync(
            policy: new WrittenPolicy("[{ role: consume, topic: orders }]"));
        var api = ApiCatalog.Get(KafkaApi.OffsetFetch);
        await harness.SendAsync(AllOffsets(1));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(ReplyOf(api, 10, correlationId: 1));

        var read = new SampleReader(await harness.ReceiveReplyAsync(), 9).Read(api.Reply(10));
        var groups = (List<Dictionary<string, object?>>)read["groups"]!;
        Assert.All(groups, g => Assert.Empty((List<Dictionary<string, object?>>)g["topics"]!));
    }

    [Fact]
    public async Task Fetch_UnknownIdUnderARuleWithATopic_IsNotForwarded()
    {
        await using var harness = await KafkaHarness.StartAsync(
            policy: new WrittenPolicy("[{ role: consume, topic: \"orders-*\" }]"));

        await harness.SendAsync(Frames.FetchById(7, epoch: -1, _unknown));

        await harness.ReceiveReplyAsync();
        Assert.Equal(0, harness.Broker.Available);
    }

    /// <summary>Version 10, one group, all its topics.</summary>
    private static byte[] AllOffsets(int correlationId) => Frames.Request(9, 10, correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteVarint(2);
        w.WriteString("group", compact: true);
        w.WriteVarint(0);
        w.WriteInt32(-1);
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteInt8(0);
        w.WriteVarint(0);
    });

    private static byte[] ReplyOf(ApiDescription api, short version, int elements = 2, int correlationId = 7)
    {
        var body = new WireWriter();
        new SampleWriter(new Random(2), elements).Write(api.Reply(version), body);
        return Frames.Reply(correlationId, w =>
        {
            w.WriteVarint(0);
            w.Write(body.Written.Span);
        });
    }
}
