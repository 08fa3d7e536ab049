using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>Denied requests for everything: a client must not take the answer for "there is none".</summary>
public class NullListTests
{
    [Theory]
    [InlineData(KafkaApi.ElectLeaders, 1, "[{ apiKey: ElectLeaders, topic: \"orders-*\" }]")]
    [InlineData(KafkaApi.OffsetFetch, 2, "[{ role: produce }]")]
    [InlineData(KafkaApi.DescribeShareGroupOffsets, 0, "[{ topic: orders }]")]
    public async Task Request_NullTopicsDenied_AnswerHasTheError(KafkaApi key, short first, string rules)
    {
        await using var harness = await KafkaHarness.StartAsync(policy: new WrittenPolicy(rules));
        var api = ApiCatalog.Get(key);
        for (var version = first; version <= api.Versions.Last; version++)
        {
            await harness.SendAsync(
                SampleWriter.Request(api, version, new SampleWriter(new Random(1)) { HasNullLists = true }));

            var reply = new SampleReader(await harness.ReceiveReplyAsync(), api.HasTaggedReplyHeader(version) ? 9 : 8)
                .Read(api.Reply(version));
            var places = reply.TryGetValue("groups", out var groups)
                ? (List<Dictionary<string, object?>>)groups! : [reply];
            Assert.NotEmpty(places);
            Assert.All(places, p => Assert.Equal((short)29, p["error"]));
        }

        Assert.Equal(0, harness.Broker.Available);
    }
}
