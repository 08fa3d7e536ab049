using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Replies;

/// <summary>Denied topics among a broker's answers, behind whatever it says first.</summary>
public class InsertEditTests
{
    [Theory]
    [InlineData(KafkaApi.AlterPartitionReassignments, 0)]
    [InlineData(KafkaApi.AlterPartitionReassignments, 45)]
    [InlineData(KafkaApi.AlterPartitionReassignments, 32_767)]
    [InlineData(KafkaApi.AlterShareGroupOffsets, 70)]
    [InlineData(KafkaApi.DeleteShareGroupOffsets, 300)]
    public async Task Reply_PerTopicWithAMessageOfAnyLength_HasBoth(KafkaApi key, int length)
    {
        await using var harness = await KafkaHarness.StartAsync();
        harness.Policy.IsPerTopic = true;
        var api = ApiCatalog.Get(key);
        var sample = new SampleWriter(new Random(1));
        var request = SampleWriter.Request(api, 0, sample);
        harness.Policy.DeniedTopics.Add(sample.Topics[0]);
        await harness.SendAsync(request);
        await harness.ReceiveRequestAsync();

        // A time, an error, the message, and no topics.
        await harness.ReplyAsync(Frames.Reply(7, w =>
        {
            w.WriteVarint(0);
            w.WriteZeros(6);
            w.WriteString(new string('m', length), compact: true);
            w.WriteVarint(1);
            w.WriteVarint(0);
        }));

        var reply = new SampleReader(await harness.ReceiveReplyAsync(), 9).Read(api.Reply(0));
        Assert.Equal(length, ((string)reply["message"]!).Length);
        var topic = Assert.Single((List<Dictionary<string, object?>>)reply["topics"]!);
        Assert.Equal(sample.Topics[0], topic["topic"]);
    }
}
