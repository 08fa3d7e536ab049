using Jumpgate.Agent.Explain;
using Jumpgate.Agent.Policies;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.Explain;

/// <summary>The published Kafka demo's policy, explained.</summary>
public sealed class KafkaExplainTests
{
    private const string Workloads = """
        workloads:
          - { name: kafka, labels: { app: kafka }, netns: a, addresses: [10.0.0.1] }
          - { name: empire-hq, labels: { app: empire-hq }, netns: b }
          - { name: empire-outpost, labels: { app: empire-outpost }, netns: c }
          - { name: empire-backup, labels: { app: empire-backup }, netns: d }
          - { name: web, labels: { app: web }, netns: e, addresses: [10.0.0.2] }
        """;

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: rule1 }
        spec:
          endpointSelector: { matchLabels: { app: kafka } }
          ingress:
            - fromEndpoints: [ { matchLabels: { app: empire-hq } } ]
              toPorts:
                - ports: [ { port: "9092", protocol: TCP } ]
                  rules:
                    kafka:
                      - { role: produce, topic: deathstar-plans }
                      - { role: produce, topic: empire-announce }
            - fromEndpoints: [ { matchLabels: { app: empire-outpost } } ]
              toPorts:
                - ports: [ { port: "9092", protocol: TCP } ]
                  rules:
                    kafka:
                      - { role: consume, topic: empire-announce }
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: backup, annotations: { jumpgate.dev/kafka-denied-topics: per-topic } }
        spec:
          endpointSelector: { matchLabels: { app: kafka } }
          ingress:
            - fromEndpoints: [ { matchLabels: { app: empire-backup } } ]
              toPorts:
                - ports: [ { port: "9092", protocol: TCP } ]
                  rules:
                    kafka:
                      - { role: consume, topic: deathstar-plans, clientID: backup, apiVersion: "12" }
                      - { role: produce, topic: "empire-*", group: g1, transactionalID: t1 }
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: web }
        spec:
          endpointSelector: { matchLabels: { app: web } }
          ingress:
            - toPorts: [ { ports: [ { port: "9092", protocol: TCP } ], rules: { http: [] } } ]
        """;

    [Theory]
    [InlineData("empire-hq", "produce topic=deathstar-plans client=hq", "ALLOWED",
        "Produce of topic deathstar-plans matches", "p.yaml:12")]
    [InlineData("empire-hq", "Produce topic=deathstar-plans topic=empire-announce acks=all", "ALLOWED",
        "topics deathstar-plans, empire-announce", "p.yaml:12")]
    [InlineData("empire-hq", "consume topic=deathstar-plans", "DENIED",
        "Fetch of topic deathstar-plans: 29 TOPIC_AUTHORIZATION_FAILED", "p.yaml:9")]
    [InlineData("empire-outpost", "FETCH topic=empire-announce", "ALLOWED", "matches", "p.yaml:19")]
    [InlineData("empire-outpost", "produce topic=deathstar-plans", "DENIED", "Produce of topic deathstar-plans: 29",
        "p.yaml:16")]
    [InlineData("empire-outpost", "metadata topic=*", "ALLOWED", "the reply is filtered", "p.yaml:19")]
    [InlineData("empire-outpost", "offsets topic=deathstar-plans", "DENIED", "ListOffsets of topic deathstar-plans",
        "p.yaml:16")]
    [InlineData("empire-outpost", "EndTxn txn=x", "DENIED",
        "EndTxn for transactional id x: 53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "p.yaml:16")]
    [InlineData("empire-outpost", "DescribeGroups group=g", "DENIED", "for group g: 30 GROUP_AUTHORIZATION_FAILED",
        "p.yaml:16")]
    [InlineData("empire-outpost", "ListGroups", "DENIED", "ListGroups: 31 CLUSTER_AUTHORIZATION_FAILED", "p.yaml:16")]
    [InlineData("empire-outpost", "apiversions", "ALLOWED", "always allowed", null)]
    [InlineData(
        "empire-backup", "fetch topic=deathstar-plans client=backup version=12", "ALLOWED", "matches", "p.yaml:32")]
    [InlineData("empire-backup", "fetch topic=deathstar-plans client=backup", "DENIED", "29", "p.yaml:29")]
    [InlineData("empire-backup", "TxnOffsetCommit topic=empire-x group=g1 txn=t1", "ALLOWED", "matches", "p.yaml:33")]
    [InlineData("empire-backup", "FindCoordinator txn=t1", "ALLOWED", "matches", "p.yaml:33")]
    [InlineData("empire-backup", "FindCoordinator group=g1", "DENIED", "30 GROUP_AUTHORIZATION_FAILED", "p.yaml:29")]
    public void TryAnswer_KafkaRequest_SaysWhatDecides(
        string from, string request, string verdict, string reason, string? rule)
    {
        var answer = Ask(from, request);
        Assert.Equal((verdict, "proxy", verdict == "ALLOWED"), (answer.Verdict, answer.DecidedIn, answer.IsAllowed));
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Contains(rule ?? "", answer.Rule ?? "", StringComparison.Ordinal);
        Assert.StartsWith("proxy: Kafka", answer.Lane, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAnswer_SomeTopicsDenied_NamesThemAndTheRulesOfTheOthers()
    {
        var answer = Ask("empire-hq", "produce topic=empire-announce topic=secret");
        Assert.Equal("no Kafka rule allows Produce of topic secret: 29 TOPIC_AUTHORIZATION_FAILED", answer.Reason);
        Assert.Equal(["empire-announce: covered by rule1 (p.yaml:13)", "secret: no rule covers it"], answer.Topics);
        Assert.Contains("nothing of it is forwarded", answer.Client, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAnswer_PerTopic_IsDeniedAndSaysThatTheRestIsForwarded()
    {
        var answer = Ask("empire-backup", "Produce topic=empire-a topic=secret txn=t1");
        Assert.Equal("DENIED", answer.Verdict);
        Assert.Equal("29 TOPIC_AUTHORIZATION_FAILED for secret; the other topics are forwarded", answer.Client);
    }

    [Theory]
    [InlineData("produce topic=deathstar-plans acks=0", "the connection closed")]
    [InlineData("CreateTopics topic=a", "left out of the reply to ApiVersions")]
    public void TryAnswer_Denied_SaysWhatTheClientSees(string request, string sees) =>
        Assert.Contains(sees, Ask("empire-outpost", request).Client, StringComparison.Ordinal);

    [Fact]
    public void TryAnswer_WrongProtocolForThePort_IsDenied()
    {
        Assert.Contains("HTTP rules decide on this port", Ask("empire-hq", "fetch topic=a", "web").Reason,
            StringComparison.Ordinal);
        var question = new ExplainQuestion { From = "empire-hq", To = "kafka", Port = 9092, Request = "GET /" };
        var answer = Explainer().TryAnswer(question, out _)!;
        Assert.Equal("DENIED", answer.Verdict);
        Assert.Contains("Kafka rules decide on this port", answer.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "does not begin with an API")]
    [InlineData("producer topic=a", "does not begin with an API")]
    [InlineData("produce deathstar-plans", "'deathstar-plans' is not topic=")]
    [InlineData("produce topic=", "is not topic=")]
    [InlineData("produce topic=a version=x", "'version=x' is not")]
    [InlineData("fetch topic=a acks=0", "'acks=0' is not")]
    [InlineData("produce topic=a acks=2", "'acks=2' is not")]
    [InlineData("produce topic=*", "names its topics")]
    [InlineData("metadata topic=* topic=a", "leave the others out")]
    [InlineData("heartbeat topic=a", "carries no topic")]
    [InlineData("fetch topic=a group=g", "carries no group")]
    [InlineData("heartbeat txn=x", "carries no transactional id")]
    [InlineData("findcoordinator group=g txn=x", "not for both")]
    public void TryAnswer_QuestionNobodyCouldAsk_IsAnError(string request, string error)
    {
        var question = new ExplainQuestion { From = "empire-hq", To = "kafka", Port = 9092, Kafka = request };
        Assert.Null(Explainer().TryAnswer(question, out var said));
        Assert.Contains(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAnswer_RequestAndKafka_IsAnError()
    {
        var question =
            new ExplainQuestion
            {
                From = "empire-hq",
                To = "kafka",
                Port = 9092,
                Kafka = "fetch topic=a",
                Request = "GET /"
            };
        Assert.Null(Explainer().TryAnswer(question, out var said));
        Assert.Contains("ask one of them", said, StringComparison.Ordinal);
    }

    private static ExplainAnswer Ask(string from, string request, string to = "kafka")
    {
        var answer = Explainer()
            .TryAnswer(new ExplainQuestion { From = from, To = to, Port = 9092, Kafka = request }, out var error);
        Assert.Null(error);
        return answer!;
    }

    private static PolicyExplainer Explainer()
    {
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", Policy)]);
        Assert.False(documents.HasErrors);
        return new PolicyExplainer(
            WorkloadFileReader.Read("w.yaml", Workloads).Workloads, documents.Documents,
            new SecretFiles(null, NullLogger.Instance));
    }
}
