using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Tests.Http.Rules;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Kafka;

/// <summary>policy.md, Kafka: each of its sentences that is the policy's, by name.</summary>
public sealed class KafkaRuleSetTests
{
    [Theory]
    [InlineData("role=produce topic=a", "Produce a", "ok")]
    [InlineData("role=produce topic=a", "Produce b", "Topic b")]
    [InlineData("role=produce topic=a", "Fetch a", "Topic a")]
    [InlineData("role=consume topic=a", "Fetch a", "ok")]
    [InlineData("role=consume topic=a", "Produce a", "Topic a")]
    [InlineData("api=Produce topic=a", "Produce a", "ok")]
    [InlineData("api=Produce topic=a", "Metadata a", "Topic a")]
    [InlineData("role=produce topic=a", "Produce A", "Topic A")]
    [InlineData("role=produce topic=a", "Produce ab", "Topic ab")]
    [InlineData("role=produce topic=a*", "Produce a", "ok")]
    [InlineData("role=produce topic=a*", "Produce ab", "ok")]
    [InlineData("role=produce topic=a*", "Produce ba", "Topic ba")]
    [InlineData("role=produce topic=*", "Produce anything", "ok")]
    [InlineData("role=produce", "Produce anything", "ok")]
    public void Decide_Topic_IsExactOrPrefix(string rule, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rule).Answer(request));

    [Theory]
    [InlineData("Produce a b", "ok")]
    [InlineData("Produce b a", "ok")]
    [InlineData("Produce a b c", "Topic c")]
    [InlineData("Produce c a d", "Topic c,d")]
    [InlineData("Fetch a b", "Topic b")]
    public void Decide_EveryTopic_MustBeCoveredByWhicheverRule(string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy("topic=a", "role=produce topic=b").Answer(request));

    [Theory]
    [InlineData("Produce a b client=x", "Topic b")]
    [InlineData("Produce a b client=y", "Topic a")]
    [InlineData("Produce a client=x", "ok")]
    public void Decide_CoveringRule_MustHoldInItsOtherConditionsToo(string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy("topic=a client=x", "topic=b client=y").Answer(request));

    [Fact]
    public void Decide_OneUncoveredTopic_DeniesTheWholeRequest()
    {
        var decision = AskKafka.Policy("topic=a").Kafka("Produce a b");
        Assert.Equal(
            (KafkaVerdict.Denied, KafkaDenial.Topic, false), (decision.Verdict, decision.Denial, decision.PerTopic));
        Assert.Equal("b", Assert.Single(decision.DeniedTopics));
        Assert.Null(decision.Rule);
    }

    [Theory]
    [InlineData("Produce a b", "Topic b per topic")]
    [InlineData("Produce b a c", "Topic b,c per topic")]
    [InlineData("Produce b", "Topic b")]
    [InlineData("Produce a", "ok")]
    [InlineData("Fetch a ?", "Topic ? per topic")]
    [InlineData("Fetch ?", "Topic ?")]
    [InlineData("OffsetCommit a b group=h", "Group")]
    [InlineData("OffsetCommit a b group=g", "Topic b per topic")]
    public void Decide_PerTopicAnnotation_ForwardsTheCoveredOnes(string request, string answer) =>
        Assert.Equal(answer, AskKafka.PerTopic("topic=a group=g").Answer(request));

    [Fact]
    public void Decide_PerTopicInOneOfTwoDocuments_IsEnough()
    {
        var scene = Ask.Pair()
            .Rule(Ingress("app=server", Entry(null, KafkaPorts("80/tcp", "topic=a"))))
            .Document(Document("other",
                Ingress("app=server", Entry(null, KafkaPorts("80/tcp", "topic=b")))) with
            { KafkaPerTopic = true });
        Assert.Equal("Topic c per topic", scene.Resolve("client", "server").Answer("Produce a c"));
    }

    [Theory]
    [InlineData("topic=a", "JoinGroup group=g", "ok")]
    [InlineData("topic=a", "InitProducerId txn=x", "ok")]
    [InlineData("topic=a", "PushTelemetry", "ok")]
    [InlineData("group=g", "JoinGroup group=g", "ok")]
    [InlineData("group=g", "JoinGroup group=h", "Group")]
    [InlineData("group=g", "Fetch a", "ok")]
    [InlineData("group=g*", "OffsetCommit a group=gh", "ok")]
    [InlineData("group=g", "OffsetFetch a group=g group=h", "Group")]
    [InlineData("txn=x", "EndTxn txn=x", "ok")]
    [InlineData("txn=x", "EndTxn txn=y", "TransactionalId")]
    [InlineData("txn=x", "Fetch a", "ok")]
    [InlineData("txn=x*", "AddPartitionsToTxn a txn=xy", "ok")]
    public void Decide_Condition_AppliesToRequestsThatCarryOne(string rule, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rule).Answer(request));

    [Theory]
    [InlineData("txn=x", "InitProducerId", "TransactionalId")]
    [InlineData("txn=x", "Produce a", "TransactionalId")]
    [InlineData("txn=x", "Produce a version=2", "TransactionalId")]
    [InlineData("role=produce", "InitProducerId", "ok")]
    [InlineData("group=g", "ShareFetch a", "Group")]
    [InlineData("client=c", "Fetch a", "Topic a")]
    [InlineData("api=DescribeConfigs topic=a", "DescribeConfigs", "Cluster")]
    [InlineData("api=ElectLeaders topic=a", "ElectLeaders *", "Topic")]
    [InlineData("api=ElectLeaders topic=*", "ElectLeaders *", "ok")]
    public void Decide_NullOne_DoesNotMatch(string rule, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rule).Answer(request));

    [Theory]
    [InlineData("Metadata")]
    [InlineData("Fetch")]
    [InlineData("ConsumerGroupHeartbeat group=g")]
    public void Decide_RequestOfARoleWithoutTopics_IsCovered(string request) =>
        Assert.Equal("ok", AskKafka.Policy("topic=a").Answer(request));

    [Theory]
    [InlineData("client=c", "Fetch a client=c", "ok")]
    [InlineData("client=c", "Fetch a client=C", "Topic a")]
    [InlineData("client=c", "Fetch a client=cc", "Topic a")]
    [InlineData("client=c*", "Fetch a client=cc", "Topic a")]
    [InlineData("topic=a version=3", "Fetch a version=3", "ok")]
    [InlineData("topic=a version=3", "Fetch a version=4", "Topic a")]
    [InlineData("topic=a version=3", "Heartbeat group=g version=4", "Group")]
    public void Decide_ClientAndVersion_AreExact(string rule, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rule).Answer(request));

    [Theory]
    [InlineData("topic=a")]
    [InlineData("client=c")]
    [InlineData("group=g")]
    [InlineData("txn=x")]
    public void Decide_RuleWithoutRoleAndApi_GrantsBothRolesUnderItsConditions(string rule)
    {
        var policy = AskKafka.Policy(rule);
        Assert.Equal("ok", policy.Answer("Produce a client=c txn=x"));
        Assert.Equal("ok", policy.Answer("Fetch a client=c"));
        Assert.Equal("ok", policy.Answer("FindCoordinator key=Group group=g client=c"));
        Assert.Equal("ok", policy.Answer("FindCoordinator key=Transaction txn=x client=c"));
        Assert.Equal("Topic a", policy.Answer("CreateTopics a client=c"));
    }

    [Theory]
    [InlineData("", "CreateTopics a")]
    [InlineData("", "ListGroups")]
    [InlineData("", "WriteTxnMarkers a")]
    [InlineData("version=3", "DeleteTopics a version=3")]
    public void Decide_RuleWithoutAnything_GrantsEveryApi(string rule, string request) =>
        Assert.Equal("ok", AskKafka.Policy(rule).Answer(request));

    [Fact]
    public void Decide_EmptyList_AllowsEverythingAndNamesTheEntry()
    {
        var policy = AskKafka.Policy();
        Assert.Equal(L4Verdict.Redirect, policy.Verdict);
        Assert.True(policy.HasKafkaRules);
        Assert.Equal("ok", policy.Answer("DeleteTopics a"));
        Assert.Equal("ok", policy.Answer("FindCoordinator key=Share"));
        Assert.True(policy.Grants(KafkaApi.DeleteTopics));
        Assert.Equal(policy.Ingress.Rule!.Location, policy.Kafka("Fetch a").Rule!.Location);
    }

    [Fact]
    public void Decide_RuleWithApiKey_GrantsThatApiAlone()
    {
        var policy = AskKafka.Policy("api=Fetch topic=a");
        foreach (var api in Enum.GetValues<KafkaApi>()
            .Where(a => a != KafkaApi.Fetch && !KafkaRoles.IsAlwaysAllowed(a)))
        {
            Assert.NotEqual("ok", policy.Answer($"{api} a"));
        }

        Assert.Equal("ok", policy.Answer("Fetch a"));
    }

    [Theory]
    [InlineData("ApiVersions")]
    [InlineData("SaslHandshake")]
    [InlineData("SaslAuthenticate")]
    public void Decide_ApiVersionsAndSasl_AreAlwaysAllowed(string request) =>
        Assert.Equal("ok", AskKafka.Policy("api=Fetch topic=a client=c version=9").Answer(request));

    [Fact]
    public void Decide_Rules_NameTheFirstThatCoversTheFirstTopic()
    {
        var rules = KafkaPorts("80/tcp", "topic=b", "role=produce topic=a*", "topic=a");
        var policy = Ask.Pair().Rule(Ingress("app=server", Entry(null, rules))).Resolve("client", "server");
        var decision = policy.Kafka("Produce a b");
        Assert.Equal((rules.Kafka!.Value[1].Location, "a*"), (decision.Rule!.Location, decision.TopicRule));
        Assert.Equal(rules.Kafka!.Value[2].Location, policy.Kafka("Fetch a b").Rule!.Location);
        Assert.Equal(rules.Kafka!.Value[0].Location,
            policy.Ingress.Kafka!.RuleFor(AskKafka.Request("Produce a b"), "b")!.Location);
        Assert.Null(policy.Ingress.Kafka!.RuleFor(AskKafka.Request("Produce a b"), "c"));
    }
}
