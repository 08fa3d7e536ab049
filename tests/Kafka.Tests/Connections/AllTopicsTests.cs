using System.Text.Json;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Fuzzing;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>
/// Requests for all topics, in every version that can ask so: the reply has what the broker said, less what is denied.
/// </summary>
public class AllTopicsTests
{
    private const int CorrelationId = 9;

    [Theory]
    [InlineData(KafkaApi.Metadata, 0)]
    [InlineData(KafkaApi.DescribeTopicPartitions, 0)]
    [InlineData(KafkaApi.OffsetFetch, 2)]
    public async Task Reply_EveryVersion_HasOnlyTopicsThatAreAllowed(KafkaApi key, short first)
    {
        var api = ApiCatalog.Get(key);
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.Denies = n => FilterFuzzTests.IsDenied(n) && n.StartsWith("name", StringComparison.Ordinal);
        var (shown, hidden) = (0, 0);
        for (var version = first; version <= api.Versions.Last; version++)
        {
            // From 10 on OffsetFetch's reply names ids alone: none of these is known.
            var request = AllTopics(api, version);
            await harness.SendAsync(request);
            Assert.Equal(request, await harness.ReceiveRequestAsync());
            var reply = Reply(api, version);

            await harness.ReplyAsync(reply);

            var expected = Read(api, version, reply);
            var all = Count(expected);
            Hide(expected);
            var read = Read(api, version, await harness.ReceiveReplyAsync());
            HideSeal(read);
            Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(read));
            shown += Count(read);
            hidden += all - Count(read);
        }

        Assert.True(shown > 0 && hidden > 0, $"{shown} shown, {hidden} hidden: nothing is proved");
    }

    /// <summary>Others need a rule for every topic, and then there is nothing to leave out.</summary>
    [Theory]
    [InlineData(KafkaApi.DescribeLogDirs, 0)]
    [InlineData(KafkaApi.ListPartitionReassignments, 0)]
    [InlineData(KafkaApi.DescribeShareGroupOffsets, 0)]
    [InlineData(KafkaApi.ElectLeaders, 0)]
    public async Task Request_OtherApis_NeedsARuleForEveryTopic(KafkaApi key, short first)
    {
        var api = ApiCatalog.Get(key);
        var policy = new WrittenPolicy($"[{{ apiKey: {key}, topic: \"name*\" }}]");
        await using var harness = await KafkaHarness.StartAsync(policy: policy);
        for (var version = first; version <= api.Versions.Last; version++)
        {
            await harness.SendAsync(AllTopics(api, version));
            await harness.ReceiveReplyAsync();
            Assert.Equal(0, harness.Broker.Available);
        }

        policy.Write($"[{{ apiKey: {key}, topic: \"*\" }}]");
        for (var version = first; version <= api.Versions.Last; version++)
        {
            await harness.SendAsync(AllTopics(api, version));
            Assert.Equal(AllTopics(api, version), await harness.ReceiveRequestAsync());
            await harness.ReplyAsync(Reply(api, version));
            Assert.Equal(Reply(api, version), await harness.ReceiveReplyAsync());
        }
    }

    [Fact]
    public async Task Reply_TooLargeToBeRead_EndsTheConnectionRatherThanShowAll()
    {
        await using var harness = await KafkaHarness.StartAsync(new KafkaFilterOptions { MaxHeldReplyBytes = 1000 });
        harness.Policy.DeniedTopics.Add("secret");

        await harness.SendAsync(Frames.Metadata(1, null));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.MetadataReply(1, [.. Enumerable.Range(0, 200).Select(i => $"topic-{i}")]));

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        await harness.Served;
        Assert.Equal(1, harness.Filter.Closed[FrameError.ReplyTooLarge]);
    }

    /// <summary>
    /// No topics named: null where the version has null, else an empty list; groups by names that are allowed.
    /// </summary>
    private static byte[] AllTopics(ApiDescription api, short version)
    {
        var output = new WireWriter();
        output.WriteInt32(0);
        output.WriteInt16((short)api.Api);
        output.WriteInt16(version);
        output.WriteInt32(CorrelationId);
        output.WriteString("client", compact: false);
        if (api.Flexible.Contains(version))
        {
            output.WriteVarint(0);
        }

        Write(api.Request(version), output);
        return SampleWriter.Framed(output);
    }

    private static void Write(StructLayout layout, WireWriter output)
    {
        foreach (var field in layout.Fields)
        {
            switch (field.Type)
            {
                case WireType.Array when field.Name == "groups":
                    output.WriteLength(1, layout.IsFlexible);
                    Write(field.Inner!, output);
                    break;
                case WireType.Array:
                    output.WriteLength(field.IsNullable ? -1 : 0, layout.IsFlexible);
                    break;
                case WireType.String:
                    output.WriteString("group", layout.IsFlexible);
                    break;
                case WireType.Struct:
                    output.WriteInt8(-1);
                    break;
                default:
                    output.WriteZeros(field.FixedSize);
                    break;
            }
        }

        if (layout.HasTags)
        {
            output.WriteVarint(0);
        }
    }

    private static byte[] Reply(ApiDescription api, short version)
    {
        var output = new WireWriter();
        output.WriteInt32(0);
        output.WriteInt32(CorrelationId);
        if (api.HasTaggedReplyHeader(version))
        {
            output.WriteVarint(0);
        }

        new SampleWriter(new Random(version), elements: 6).Write(api.Reply(version), output);
        return SampleWriter.Framed(output);
    }

    private static Dictionary<string, object?> Read(ApiDescription api, short version, byte[] frame)
    {
        var reader = new SampleReader(frame, api.HasTaggedReplyHeader(version) ? 9 : 8);
        var values = reader.Read(api.Reply(version));
        Assert.True(reader.IsAtEnd);
        return values;
    }

    private static IEnumerable<List<Dictionary<string, object?>>> Lists(Dictionary<string, object?> values) =>
        values.Values.OfType<List<Dictionary<string, object?>>>().SelectMany(l => l.SelectMany(Lists).Prepend(l));

    private static int Count(Dictionary<string, object?> values) =>
        Lists(values).Sum(l => l.Count(e => e.ContainsKey("topic") || e.ContainsKey("topicId")));

    /// <summary>No two seals are the same.</summary>
    private static void HideSeal(Dictionary<string, object?> values)
    {
        if (values.GetValueOrDefault("next") is Dictionary<string, object?> next
            && next["afterTopic"] is string name && name.StartsWith('!'))
        {
            next["afterTopic"] = "hidden";
        }
    }

    private static void Hide(Dictionary<string, object?> values)
    {
        if (values.GetValueOrDefault("next") is Dictionary<string, object?> next
            && FilterFuzzTests.IsDenied((string)next["afterTopic"]!))
        {
            next["afterTopic"] = "hidden";
        }

        foreach (var list in Lists(values).ToList())
        {
            list.RemoveAll(e => (e.TryGetValue("topic", out var topic) && FilterFuzzTests.IsDenied((string)topic!))
                || (topic is null && e.ContainsKey("topicId")));
        }
    }
}
