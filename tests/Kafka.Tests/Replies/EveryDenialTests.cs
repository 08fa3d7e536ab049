using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Tests.Requests;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Replies;

/// <summary>A denial of every API in every version, read as a client would.</summary>
public class EveryDenialTests
{
    public static TheoryData<KafkaApi> Apis => [.. Enum.GetValues<KafkaApi>()];

    [Theory]
    [MemberData(nameof(Apis))]
    public void Frame_EveryVersion_DecodesAndListsWhatWasAsked(KafkaApi key)
    {
        foreach (var (api, version) in EveryRequestTests.Versions(key))
        {
            var sample = new SampleWriter(new Random(version));
            var request = SampleWriter.Request(api, version, sample);
            var isOfTopics = sample.Topics.Count + sample.TopicIds.Count > 0;
            var code = (short)(isOfTopics ? KafkaDenial.Topic : KafkaDenial.Cluster);

            var reply = Deny(api, version, request, code, isOfTopics);

            var errors = Errors(reply).ToList();
            if (!IsSilent(key, version))
            {
                Assert.Contains(errors, e => e.Code == code);
            }

            Assert.All(errors, e => Assert.True(e.Code == code || e.Code == 0, $"{key} {version}: {e}"));
        }
    }

    /// <summary>A null list, which asks for all: there is no topic that the error could stand beside.</summary>
    [Theory]
    [InlineData(KafkaApi.OffsetFetch, 2)]
    [InlineData(KafkaApi.ElectLeaders, 1)]
    [InlineData(KafkaApi.DescribeLogDirs, 3)]
    [InlineData(KafkaApi.ListPartitionReassignments, 0)]
    [InlineData(KafkaApi.DescribeShareGroupOffsets, 0)]
    [InlineData(KafkaApi.ConsumerGroupHeartbeat, 0)]
    [InlineData(KafkaApi.ShareGroupHeartbeat, 0)]
    public void Frame_NullLists_StillHasTheError(KafkaApi key, short first)
    {
        foreach (var (api, version) in EveryRequestTests.Versions(key).Where(v => v.Version >= first))
        {
            var sample = new SampleWriter(new Random(version)) { HasNullLists = true };
            var request = SampleWriter.Request(api, version, sample);
            Assert.Empty(sample.Topics);

            var errors = Errors(Deny(api, version, request, 29, isOfTopics: true)).ToList();

            Assert.NotEmpty(errors);
            Assert.All(errors, e => Assert.Equal((short)29, e.Code));
        }
    }

    [Fact]
    public void Frame_GroupsWithAndWithoutAList_HaveTheErrorWhereTheyCan()
    {
        var api = ApiCatalog.Get(KafkaApi.OffsetFetch);
        var request = Frames.Request(9, 8, 7, w =>
        {
            w.WriteVarint(0);
            w.WriteVarint(4);
            foreach (var count in new uint[] { 0, 1, 2 })
            {
                w.WriteString($"group-{count}", compact: true);
                w.WriteVarint(count);
                for (var i = 1; i < count; i++)
                {
                    w.WriteString("topic", compact: true);
                    w.WriteVarint(2);
                    w.WriteInt32(0);
                    w.WriteVarint(0);
                }

                w.WriteVarint(0);
            }

            w.WriteInt8(0);
            w.WriteVarint(0);
        });

        var groups = (List<Dictionary<string, object?>>)Deny(api, 8, request, 29, isOfTopics: true)["groups"]!;

        Assert.Equal([29, 29, 0], groups.Select(g => (short)g["error"]!));
        Assert.Equal((29, 0), (Errors(groups[2]).Max(e => e.Code), Errors(groups[2]).Min(e => e.Code)));
    }

    /// <summary>Every partition of every topic, by name or id, in the request's order.</summary>
    [Theory]
    [InlineData(KafkaApi.Produce)]
    [InlineData(KafkaApi.Fetch)]
    [InlineData(KafkaApi.ListOffsets)]
    [InlineData(KafkaApi.OffsetCommit)]
    [InlineData(KafkaApi.TxnOffsetCommit)]
    [InlineData(KafkaApi.OffsetForLeaderEpoch)]
    [InlineData(KafkaApi.DeleteRecords)]
    [InlineData(KafkaApi.ShareFetch)]
    [InlineData(KafkaApi.ShareAcknowledge)]
    public void Frame_TopicsAndPartitions_AreAllListed(KafkaApi key)
    {
        foreach (var (api, version) in EveryRequestTests.Versions(key))
        {
            var request = SampleWriter.Request(api, version, new SampleWriter(new Random(version), elements: 3));
            var asked = Partitions(new SampleReader(request, BodyStart(request)).Read(api.Request(version)));

            var denied = Partitions(Deny(api, version, request, 29, isOfTopics: true));

            Assert.Equal(9, asked.Count);
            Assert.Equal(asked, denied);
        }
    }

    [Fact]
    public void Frame_FetchOfTopics_HasNoErrorAtItsTop()
    {
        var api = ApiCatalog.Get(KafkaApi.Fetch);
        var request = SampleWriter.Request(api, 12, new SampleWriter(new Random(1)));

        Assert.Equal((short)0, Deny(api, 12, request, 29, isOfTopics: true)["error"]);
    }

    [Fact]
    public void Frame_UnknownTopicId_IsAnsweredSoThatClientsRefresh()
    {
        var api = ApiCatalog.Get(KafkaApi.Fetch);
        var sample = new SampleWriter(new Random(1));
        var request = SampleWriter.Request(api, 17, sample);
        var code = DenialCode.Whole(29, isOfTopics: true, new HashSet<UInt128> { sample.TopicIds[1] });

        var reply = Read(api, 17, DenialWriter.Frame(
            api, 17, 7, new BodyView(request.AsSpan(BodyStart(request))), code));

        var topics = (List<Dictionary<string, object?>>)reply["topics"]!;
        Assert.Equal((short)29, ((List<Dictionary<string, object?>>)topics[0]["partitions"]!)[0]["error"]);
        Assert.Equal((short)100, ((List<Dictionary<string, object?>>)topics[1]["partitions"]!)[0]["error"]);
    }

    private static int BodyStart(byte[] frame)
    {
        Assert.True(RequestHeader.TryRead(frame.AsSpan(4), new NameCache(), out _, out var length, out _));
        return 4 + length;
    }

    /// <summary>Versions that cannot say that everything is refused.</summary>
    private static bool IsSilent(KafkaApi api, short version) => api == KafkaApi.DescribeLogDirs && version < 3;

    private static Dictionary<string, object?> Deny(
        ApiDescription api, short version, byte[] request, short code, bool isOfTopics) => Read(
        api,
        version,
        DenialWriter.Frame(
            api, version, 7, new BodyView(request.AsSpan(BodyStart(request))), DenialCode.Whole(code, isOfTopics)));

    private static Dictionary<string, object?> Read(ApiDescription api, short version, ReadOnlyMemory<byte> frame)
    {
        var reader = new SampleReader(frame.ToArray());
        Assert.Equal(frame.Length - 4, reader.Int32());
        Assert.Equal(7, reader.Int32());
        if (api.Flexible.Contains(version) && api.Api != KafkaApi.ApiVersions)
        {
            Assert.Equal(0u, reader.Varint());
        }

        var values = reader.Read(api.Reply(version));
        Assert.True(reader.IsAtEnd, $"{api.Api} {version}: bytes are left");
        return values;
    }

    private static IEnumerable<(string Name, short Code)> Errors(Dictionary<string, object?> values)
    {
        foreach (var (name, value) in values)
        {
            if (name == "error")
            {
                yield return (name, (short)value!);
            }
            else if (value is List<Dictionary<string, object?>> list)
            {
                foreach (var error in list.SelectMany(Errors))
                {
                    yield return error;
                }
            }
        }
    }

    private static List<(object? Topic, object? Partition)> Partitions(Dictionary<string, object?> values) =>
    [
        .. from topic in (List<Dictionary<string, object?>>)values["topics"]!
           from partition in (List<Dictionary<string, object?>>)topic["partitions"]!
           select (topic.GetValueOrDefault("topic") ?? topic.GetValueOrDefault("topicId"), partition["partition"]),
    ];
}
