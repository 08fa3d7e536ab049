using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Tests.Kafka;

public sealed class ManyRulesTests
{
    private static readonly string[] s_rules =
    [
        .. Enumerable.Range(0, 1000).Select(i => $"role=produce topic=exact-{i}"),
        .. Enumerable.Range(0, 1000).Select(i => $"role=consume topic=prefix-{i}-*"),
    ];

    [Fact]
    public void Decide_TwoThousandTopicRules_FindTheRightOne()
    {
        var policy = AskKafka.Policy(s_rules);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal("ok", policy.Answer($"Produce exact-{i}"));
            Assert.Equal($"prefix-{i}-*", policy.Kafka($"Fetch prefix-{i}-x").TopicRule);
            Assert.Equal($"Topic exact-{i}", policy.Answer($"Fetch exact-{i}"));
            Assert.Equal($"Topic prefix-{i}", policy.Answer($"Fetch prefix-{i}"));
        }

        Assert.Equal(
            "ok", policy.Answer($"Produce {string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"exact-{i}"))}"));
        Assert.Equal("Topic x",
            policy.Answer($"Produce {string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"exact-{i}"))} x"));
    }

    [Theory]
    [InlineData("Produce exact-999")]
    [InlineData("Fetch prefix-999-x prefix-1-y")]
    [InlineData("Heartbeat group=g")]
    [InlineData("ApiVersions")]
    public void Decide_AllowedRequest_DoesNotAllocate(string text)
    {
        var policy = AskKafka.Policy(s_rules);
        var request = AskKafka.Request(text);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(KafkaVerdict.Allowed, policy.Decide(request).Verdict);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            policy.Decide(request);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>
    /// A request is as large as a frame may be: its parts must not be multiplied with one another needlessly.
    /// </summary>
    [Fact]
    public void Decide_ManyGroupsAndTopics_AreJudgedByTheRulesThatTellThemApart()
    {
        var groups = string.Join(' ', Enumerable.Range(0, 3_000).Select(i => $"group=g{i}"));
        var topics = string.Join(' ', Enumerable.Range(0, 3_000).Select(i => $"t{i}"));
        var policy = AskKafka.Policy("topic=t* group=g*", "topic=u group=h");
        Assert.Equal("ok", policy.Answer($"OffsetFetch {topics} {groups}"));
        Assert.Equal("Topic u", policy.Answer($"OffsetFetch {topics} u {groups}"));
        Assert.Equal("Group", policy.Answer($"OffsetFetch {topics} {groups} group=x"));
    }
}
