using System.Buffers.Binary;
using Jumpgate.Kafka.Tests.Support;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>Fetch sessions from one snapshot of policy to the next.</summary>
public class SessionTests
{
    private const string Rules = "[{ role: consume, topic: a }, { role: consume, topic: \"b-*\", group: g }]";

    [Fact]
    public async Task Fetch_SnapshotWithTheSameRules_KeepsTheSession()
    {
        var policy = new WrittenPolicy(Rules);
        await using var harness = await OpenAsync(policy);
        for (var i = 2; i < 5; i++)
        {
            policy.Write(Rules);

            await harness.SendAsync(Frames.Fetch(i, 77, i));

            Assert.Equal(Frames.Fetch(i, 77, i), await harness.ReceiveRequestAsync());
            await harness.ReplyAsync(Frames.FetchReply(i, 77));
            await harness.ReceiveReplyAsync();
        }
    }

    [Theory]
    [InlineData("[{ role: consume, topic: b }]")]
    [InlineData("[{ role: consume, topic: a }]")]
    [InlineData("[{ role: consume, topic: \"a*\" }, { role: consume, topic: \"b-*\", group: g }]")]
    [InlineData("[{ role: consume, topic: a, apiVersion: \"11\" }, { role: consume, topic: \"b-*\", group: g }]")]
    [InlineData("[{ role: consume, topic: a, clientID: client }, { role: consume, topic: \"b-*\", group: g }]")]
    [InlineData("[{ role: consume, topic: a }, { role: consume, topic: \"b-*\", transactionalID: g }]")]
    [InlineData("[{ apiKey: Fetch, topic: a }, { role: consume, topic: \"b-*\", group: g }]")]
    [InlineData("[{ topic: a }, { role: consume, topic: \"b-*\", group: g }]")]
    [InlineData("[{}]")]
    [InlineData(Rules, "jumpgate.dev/audit: \"true\"")]
    [InlineData(Rules, "jumpgate.dev/kafka-denied-topics: per-topic")]
    public async Task Fetch_SnapshotWithOtherRules_EndsTheSession(string rules, string annotation = "")
    {
        var policy = new WrittenPolicy(Rules);
        await using var harness = await OpenAsync(policy);
        policy.Write(rules, annotation);

        await harness.SendAsync(Frames.Fetch(2, 77, 1));

        Assert.Equal(70, BinaryPrimitives.ReadInt16BigEndian((await harness.ReceiveReplyAsync()).AsSpan(12)));
    }

    private static async Task<KafkaHarness> OpenAsync(WrittenPolicy policy)
    {
        var harness = await KafkaHarness.StartAsync(policy: policy);
        await harness.SendAsync(Frames.Fetch(1, 0, 0, "a"));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(Frames.FetchReply(1, 77));
        await harness.ReceiveReplyAsync();
        return harness;
    }
}
