using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Tests.Http.Rules;
using Jumpgate.Policy.Tests.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Kafka;

/// <summary>
/// Both directions, several documents, L4 beside Kafka, audit; what ApiVersions offers and Metadata shows.
/// </summary>
public sealed class KafkaConnectionTests
{
    [Fact]
    public void Decide_SeveralDocuments_AreUnited()
    {
        var policy = Ask.Pair()
            .Rule(Ingress("app=server", Entry(Endpoints("app=client"), KafkaPorts("80/tcp", "topic=a"))))
            .Rule(Ingress("", Entry(null, KafkaPorts("70-90/tcp", "topic=b")))).Resolve("client", "server");
        Assert.Equal("ok", policy.Answer("Produce a b"));
        Assert.Equal("Topic c", policy.Answer("Produce a b c"));
    }

    [Theory]
    [InlineData("Produce b", "ok")]
    [InlineData("Produce a", "Topic a")]
    [InlineData("Produce c", "Topic c")]
    [InlineData("Produce a b c", "Topic c")]
    public void Decide_BothDirections_MustAllow(string request, string answer) =>
        Assert.Equal(answer, Between("topic=a|topic=b", "topic=b|topic=c").Answer(request));

    [Theory]
    [InlineData("Produce a b c", "Topic a,c per topic")]
    [InlineData("Produce a b", "Topic a per topic")]
    [InlineData("Produce a c", "Topic a,c")]
    [InlineData("Produce b", "ok")]
    public void Decide_BothDirectionsPerTopic_TakeOutWhatEitherDenies(string request, string answer) =>
        Assert.Equal(answer, Between("topic=a|topic=b", "topic=b|topic=c", true, true).Answer(request));

    [Theory]
    [InlineData("Produce b c", "Topic c per topic")]
    [InlineData("Produce a b c", "Topic a,c")]
    public void Decide_PerTopicAtTheSenderOnly_LeavesTheReceiverItsWholeDenial(string request, string answer) =>
        Assert.Equal(answer, Between("topic=a|topic=b", "topic=b", true, false).Answer(request));

    [Fact]
    public void Decide_RulesOfOneDirectionOnly_DecideAndAreNamed()
    {
        var rules = KafkaPorts("80/tcp", "topic=a");
        var policy = Ask.Pair().Rule(Egress("app=client", Entry(null, rules))).Resolve("client", "server");
        Assert.Equal(rules.Kafka!.Value[0].Location, policy.Kafka("Fetch a").Rule!.Location);
        Assert.Equal("Topic b", policy.Answer("Fetch b"));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("1-100/tcp")]
    public void Resolve_L4AllowForPeerAndPort_MakesKafkaIrrelevant(string port)
    {
        var policy = Ask.Pair()
            .Rule(Ingress("app=server", Entry(Endpoints("app=client"), KafkaPorts("80/tcp", "topic=a"))))
            .Rule(Ingress("app=server", Entry(Endpoints(""), Ports(port)))).Resolve("client", "server");
        Assert.Equal((L4Verdict.Allow, false), (policy.Verdict, policy.HasKafkaRules));
        Assert.Equal("ok", policy.Answer("DeleteTopics b"));
    }

    [Fact]
    public void Resolve_KafkaPort_IsRedirectedAndOpensNoOther()
    {
        var scene = Ask.Pair()
            .Rule(Ingress("app=server", Entry(Endpoints("app=client"), KafkaPorts("80/tcp", "topic=a"))));
        Assert.Equal((L4Verdict.Redirect, true, false, true), scene.Resolve("client", "server") is var p
            ? (p.Verdict, p.HasKafkaRules, p.HasHttpRules, p.HasL7Rules) : default);
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("client", "server", 81));
        Assert.Equal(L4Verdict.DefaultDeny, scene.Verdict("client", "server", 80, L4Protocol.Udp));
        var kernel = KernelView.Lookup(scene, "client", "server", TrafficDirection.Ingress, 80, L4Protocol.Tcp);
        Assert.Equal(L4Verdict.Redirect, kernel.Verdict);
    }

    [Fact]
    public void Decide_DroppedAtL4_IsDeniedAndGrantsNothing()
    {
        var policy = Ask.Pair().Rule(Egress("app=client", Entry()))
            .Rule(Ingress("app=server", Entry(null, KafkaPorts("80/tcp")))).Resolve("client", "server");
        Assert.Equal("Cluster", policy.Answer("Fetch a"));
        Assert.False(policy.Grants(KafkaApi.Fetch));
        Assert.False(policy.Shows(AskKafka.Request("Metadata *"), "a"));
    }

    [Fact]
    public void Decide_HttpOnOneSideAndKafkaOnTheOther_AllowsNeither()
    {
        var policy = Ask.Pair()
            .Rule(Egress("app=client", Entry(null, HttpPorts("80/tcp"))))
            .Rule(Ingress("app=server", Entry(null, KafkaPorts("80/tcp")))).Resolve("client", "server");
        Assert.Equal("Cluster", policy.Answer("Fetch a"));
        Assert.Equal(Policy.Http.HttpVerdict.Denied, policy.Verdict("GET /", []));
    }

    [Fact]
    public void Decide_EnableDefaultDenyFalse_DeniesNothing()
    {
        var policy = Ask.Pair().Rule(Ingress("app=server", Entry(null, KafkaPorts("80/tcp", "topic=a"))) with
        {
            DefaultDenyIngress = false,
        }).Resolve("client", "server");
        Assert.Equal("ok", policy.Answer("DeleteTopics b"));
        Assert.True(policy.Grants(KafkaApi.DeleteTopics));
        Assert.True(policy.Shows(AskKafka.Request("Metadata *"), "b"));
    }

    [Fact]
    public void Decide_Audit_ForwardsAndSaysWhatItWouldHaveDenied()
    {
        var rules = KafkaPorts("80/tcp", "topic=a");
        var policy = Ask.Pair().Rule(Ingress("app=server", Entry(null, rules)), audit: true)
            .Resolve("client", "server");
        Assert.Equal(KafkaVerdict.Allowed, policy.Verdict("Produce a"));
        var decision = policy.Kafka("Produce b");
        Assert.Equal((KafkaVerdict.Audit, KafkaDenial.Topic, rules.Location),
            (decision.Verdict, decision.Denial, decision.Rule!.Location));
        Assert.True(policy.Grants(KafkaApi.CreateTopics));
    }

    [Fact]
    public void Decide_AuditBesideEnforced_ExcusesNothingAndItsAllowRulesCount()
    {
        var policy = Ask.Pair()
            .Rule(Ingress("app=server", Entry(null, KafkaPorts("80/tcp", "topic=a"))))
            .Rule(Ingress("app=server", Entry(null, KafkaPorts("80/tcp", "topic=b"))), audit: true)
            .Resolve("client", "server");
        Assert.Equal("ok", policy.Answer("Produce a b"));
        Assert.Equal(KafkaVerdict.Denied, policy.Verdict("Produce c"));
    }

    [Theory]
    [InlineData("role=consume topic=a", KafkaApi.Fetch, true)]
    [InlineData("role=consume topic=a", KafkaApi.Produce, true)]
    [InlineData("role=consume topic=a", KafkaApi.CreateTopics, false)]
    [InlineData("role=consume topic=a", KafkaApi.DescribeGroups, false)]
    [InlineData("role=consume topic=a", KafkaApi.SaslAuthenticate, true)]
    [InlineData("api=CreateTopics topic=a client=c version=9", KafkaApi.CreateTopics, true)]
    [InlineData("", KafkaApi.AlterConfigs, true)]
    [InlineData("topic=a", (KafkaApi)999, false)]
    public void Grants_Api_StaysWhereARuleGrantsItToAnybodyOrARoleHasIt(string rule, KafkaApi api, bool expected) =>
        Assert.Equal(expected, AskKafka.Policy(rule).Grants(api));

    [Theory]
    [InlineData("topic=a|role=produce topic=b-*", "a", true)]
    [InlineData("topic=a|role=produce topic=b-*", "b-1", true)]
    [InlineData("topic=a|role=produce topic=b-*", "c", false)]
    [InlineData("api=Fetch topic=c|topic=a", "c", false)]
    public void Shows_MetadataOfAllTopics_HasTheTopicsAllowed(string rules, string topic, bool shown)
    {
        var policy = AskKafka.Policy(rules.Split('|'));
        Assert.Equal("ok", policy.Answer("Metadata *"));
        Assert.Equal(shown, policy.Shows(AskKafka.Request("Metadata *"), topic));
    }

    [Theory]
    [InlineData("topic=a", "Fetch ?", "Topic ?")]
    [InlineData("topic=a", "Fetch a ?", "Topic ?")]
    [InlineData("topic=*", "Fetch a ?", "ok")]
    [InlineData("role=consume", "Fetch ?", "ok")]
    [InlineData("api=DescribeConfigs topic=*", "DescribeConfigs a +", "Cluster")]
    [InlineData("api=DescribeConfigs", "DescribeConfigs a +", "ok")]
    public void Decide_WhatHasNoTopicsName_NeedsARuleForWhateverItIs(string rule, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rule).Answer(request));

    /// <summary>As brokers check them: the transactional id, then the group, then the topics.</summary>
    [Theory]
    [InlineData("topic=a group=g txn=x", "TxnOffsetCommit b group=h txn=y", "TransactionalId")]
    [InlineData("topic=a group=g txn=x", "TxnOffsetCommit b group=h txn=x", "Group")]
    [InlineData("topic=a group=g txn=x", "TxnOffsetCommit b group=g txn=x", "Topic b")]
    [InlineData("topic=a group=g txn=x", "TxnOffsetCommit a group=g txn=x", "ok")]
    [InlineData("role=consume topic=a", "TxnOffsetCommit a group=g txn=x", "Topic a")]
    [InlineData("role=produce topic=a", "JoinGroup group=g", "Group")]
    [InlineData("role=consume topic=a", "EndTxn txn=x", "TransactionalId")]
    [InlineData("role=consume topic=a", "InitProducerId", "Cluster")]
    [InlineData("topic=a", "ListGroups", "Cluster")]
    [InlineData("topic=a", "CreateTopics a", "Topic a")]
    [InlineData("topic=a", "DescribeGroups group=g", "Group")]
    public void Decide_SeveralThingsFail_AnswersAsBrokersWould(string rule, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rule).Answer(request));

    [Theory]
    [InlineData("role=produce", "FindCoordinator key=Transaction txn=x", "ok")]
    [InlineData("role=produce", "FindCoordinator key=Group group=g", "Group")]
    [InlineData("role=consume", "FindCoordinator key=Group group=g", "ok")]
    [InlineData("role=consume", "FindCoordinator group=g", "ok")]
    [InlineData("role=consume", "FindCoordinator key=Transaction txn=x", "TransactionalId")]
    [InlineData("topic=a", "FindCoordinator key=Share", "Cluster")]
    [InlineData("api=FindCoordinator", "FindCoordinator key=Share", "ok")]
    [InlineData("group=g", "FindCoordinator key=Transaction txn=x", "ok")]
    [InlineData("group=g|group=h", "FindCoordinator key=Group group=g group=h", "ok")]
    [InlineData("group=g|group=h", "FindCoordinator key=Group group=g group=i", "Group")]
    [InlineData("topic=a group=g|topic=b group=h", "OffsetFetch a group=g group=h", "Topic a")]
    public void Decide_Coordinator_IsOfTheRoleOfItsKeys(string rules, string request, string answer) =>
        Assert.Equal(answer, AskKafka.Policy(rules.Split('|')).Answer(request));

    private static ConnectionPolicy Between(
        string egress, string ingress, bool sender = false, bool receiver = false) => Ask.Pair()
        .Document(Document("out",
            Egress("app=client", Entry(null, KafkaPorts("80/tcp", egress.Split('|'))))) with
        { KafkaPerTopic = sender })
        .Document(Document(
            "in", Ingress(
            "app=server", Entry(null, KafkaPorts("80/tcp", ingress.Split('|'))))) with
        { KafkaPerTopic = receiver })
        .Resolve("client", "server");
}
