using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Cli;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Kafka.Observation;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Tests.Flows;

/// <summary>What the monitor and the metrics make of Kafka requests.</summary>
public sealed class KafkaFlowTests
{
    private static readonly KafkaDecision s_denied =
        new(KafkaVerdict.Denied, KafkaDenial.Topic, ["deathstar-plans"], false, null);

    [Fact]
    public void Format_DeniedProduce_IsOneLine()
    {
        var line = Line(Record(KafkaOutcome.Denied, s_denied));
        Assert.StartsWith(
            "empire-outpost -> kafka:9092 kafka Produce deathstar-plans DENIED TOPIC_AUTHORIZATION_FAILED", line,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Format_Forwarded_NamesTopicsAndRule()
    {
        var line = Line(Record(KafkaOutcome.Forwarded, Allowed("empire", "deathstar-*")));
        Assert.StartsWith(
            "empire-outpost -> kafka:9092 kafka Produce deathstar-plans FORWARDED", line, StringComparison.Ordinal);
        Assert.EndsWith("by empire (p.yaml:3)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_TextOfTheClient_CannotSteerATerminal()
    {
        var request = Request() with { ClientId = "\u001b[2Jx\nroot", Topics = ["a\rb"] };
        var line = Line(
            Record(KafkaOutcome.Denied, s_denied with { DeniedTopics = ["a\rb"] }) with { Request = request });
        Assert.DoesNotContain(line, char.IsControl);
        Assert.Contains("client ?[2Jx?root", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_FrameThatCouldNotBeRead_SaysWhy()
    {
        var line = Line(Record(KafkaOutcome.Rejected, null) with { Request = null, Reason = "a frame of 2 GB" });
        Assert.StartsWith("empire-outpost -> kafka:9092 kafka DROPPED INVALID_REQUEST", line, StringComparison.Ordinal);
        Assert.Contains("(a frame of 2 GB)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Serialize_Denied_IsHubblesJson()
    {
        var json = JsonSerializer.Serialize(Flow(Record(KafkaOutcome.Denied, s_denied)), AdminJson.Options);
        var root = JsonDocument.Parse(json).RootElement;
        var kafka = root.GetProperty("l7").GetProperty("kafka");
        Assert.Equal("DROPPED", root.GetProperty("verdict").GetString());
        Assert.Equal(29, kafka.GetProperty("error_code").GetInt32());
        Assert.Equal(9, kafka.GetProperty("api_version").GetInt32());
        Assert.Equal("Produce", kafka.GetProperty("api_key").GetString());
        Assert.Equal(5, kafka.GetProperty("correlation_id").GetInt32());
        Assert.Equal("deathstar-plans", kafka.GetProperty("topic").GetString());
        Assert.False(root.GetProperty("l7").TryGetProperty("http", out _));
        Assert.Equal("kafka", FlowText.ProtocolOf(JsonSerializer.Deserialize<FlowRecord>(json, AdminJson.Options)!));
    }

    [Fact]
    public void From_ThousandsOfTopics_KeepsAFew()
    {
        var request = Request() with { Topics = [.. Enumerable.Range(0, 5000).Select(i => $"t{i}")] };
        var kafka = KafkaFlows.From(
            Record(KafkaOutcome.Denied, s_denied with { DeniedTopics = request.Topics }) with { Request = request });
        Assert.Equal((20, 5000), (kafka.Topics.Count, kafka.TopicCount));
    }

    [Fact]
    public void Write_Metrics_CountByApiRuleAndVerdict()
    {
        using var text = new PrometheusText();
        using var metrics = new AgentMetrics();
        Count(metrics, KafkaOutcome.Forwarded, Allowed("empire", "deathstar-*"));
        Count(metrics, KafkaOutcome.Forwarded, Allowed("empire", "deathstar-*"));
        Count(metrics, KafkaOutcome.Denied, s_denied);
        var written = text.Write();
        Assert.Contains(
            "jumpgate_kafka_requests_total{api=\"Produce\",outcome=\"forwarded\",policy=\"empire\",topic=\"deathstar-*\"} 2",
            written, StringComparison.Ordinal);
        Assert.Contains(
            "jumpgate_kafka_requests_total{api=\"Produce\",outcome=\"denied\",policy=\"none\",topic=\"none\"} 1",
            written, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_MetricsOfThousandsOfRules_StayBounded()
    {
        using var text = new PrometheusText();
        using var metrics = new AgentMetrics();
        for (var i = 0; i < 3000; i++)
        {
            Count(metrics, KafkaOutcome.Forwarded, Allowed("empire", $"t{i}"));
        }

        var lines = text.Write().Split('\n')
            .Where(l => l.StartsWith("jumpgate_kafka_requests_total{", StringComparison.Ordinal)).ToList();
        Assert.Equal(501, lines.Count);
        Assert.Contains(lines, l => l.EndsWith("policy=\"other\",topic=\"other\"} 2500", StringComparison.Ordinal));
    }

    private static void Count(AgentMetrics metrics, KafkaOutcome outcome, KafkaDecision decision) =>
        metrics.Kafka.Request(new KafkaRequestCount(outcome, KafkaApi.Produce, decision, TimeSpan.FromMilliseconds(1)));

    private static KafkaDecision Allowed(string policy, string topic)
    {
        var document = new PolicyDocument
        {
            Location = new SourceLocation("p.yaml", 1),
            Clusterwide = true,
            Namespace = null,
            Name = policy,
            Rules = [],
        };
        return new KafkaDecision(
            KafkaVerdict.Allowed, KafkaDenial.None, [], false,
            new RuleReference(document, new SourceLocation("p.yaml", 3)))
        {
            TopicRule = topic,
        };
    }

    private static KafkaRequest Request() =>
        new() { Api = KafkaApi.Produce, Version = 9, Topics = ImmutableArray.Create("deathstar-plans") };

    private static KafkaRequestRecord Record(KafkaOutcome outcome, KafkaDecision? decision) => new()
    {
        Time = DateTimeOffset.UnixEpoch,
        Source = IPEndPoint.Parse("10.0.0.2:40000"),
        Destination = IPEndPoint.Parse("10.0.0.1:9092"),
        SourceIdentity = new NumericIdentity(256),
        DestinationIdentity = new NumericIdentity(257),
        Outcome = outcome,
        Request = Request(),
        Decision = decision,
        CorrelationId = 5,
        Duration = TimeSpan.FromMilliseconds(1),
        PolicyRevision = 1,
    };

    private static string Line(KafkaRequestRecord record) => FlowText.Format(Flow(record));

    /// <summary>As <see cref="FlowRecords"/> makes it, without a snapshot.</summary>
    private static FlowRecord Flow(KafkaRequestRecord record) => new()
    {
        Time = record.Time,
        Verdict = KafkaFlows.Verdict(record.Outcome),
        DropReasonDesc = KafkaFlows.DropReason(record.Outcome),
        Source = new FlowPeer(256, ["app=empire-outpost"], "empire-outpost"),
        Destination = new FlowPeer(257, ["app=kafka"], "kafka"),
        Ip = new FlowIp("10.0.0.2", "10.0.0.1", "IPv4"),
        L4 = new FlowL4(new FlowPorts(40000, 9092), null, null),
        L7 = new FlowL7(null, 1_000_000, KafkaFlows.From(record)),
        TrafficDirection = "INGRESS",
        PolicyNames = record.Decision?.Rule is { } rule ? [rule.ToString()] : [],
        PolicyRevision = 1,
        Summary = record.Reason,
    };
}
