using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Tests.Documents;

public class KafkaRuleReaderTests
{
    private const string Rules = "spec.ingress[0].toPorts[0].rules.kafka";
    private const string Rule = Rules + "[0]";

    [Fact]
    public void Read_AllFields_AreRead()
    {
        var rule = Policies.AcceptKafka(
            "role: produce\napiVersion: \"7\"\nclientID: hq\ntopic: empire-announce\ngroup: g-*\ntransactionalID: t1");
        Assert.Equal(
            (KafkaRole.Produce, (short?)7, "hq", new KafkaName("empire-announce", false), new KafkaName("g-", true),
                new KafkaName("t1", false), 16),
            (rule.Role, rule.Version, rule.ClientId, rule.Topic!.Value, rule.Group!.Value, rule.TransactionalId!.Value,
                rule.Location.Line));
        Assert.Null(rule.Api);
    }

    [Theory]
    [InlineData("produce", KafkaRole.Produce)]
    [InlineData("Consume", KafkaRole.Consume)]
    [InlineData("PRODUCE", KafkaRole.Produce)]
    public void Read_Role_IsTakenInAnyCase(string role, KafkaRole expected) =>
        Assert.Equal(expected, Policies.AcceptKafka($"role: {role}\ntopic: a").Role);

    [Fact]
    public void Read_EveryApi_IsTakenByItsKafkaNameInAnyCase()
    {
        foreach (var api in Enum.GetValues<KafkaApi>())
        {
            Assert.Equal(api, Policies.AcceptKafka($"apiKey: {api}").Api);
            Assert.Equal(api, Policies.AcceptKafka($"apiKey: {api.ToString().ToUpperInvariant()}").Api);
        }
    }

    /// <summary>The names of Cilium's table of API keys, and the two of its documentation.</summary>
    [Theory]
    [InlineData("produce", KafkaApi.Produce)]
    [InlineData("offsets", KafkaApi.ListOffsets)]
    [InlineData("leaderandisr", KafkaApi.LeaderAndIsr)]
    [InlineData("controlledshutdown", KafkaApi.ControlledShutdown)]
    [InlineData("findcoordinator", KafkaApi.FindCoordinator)]
    [InlineData("apiversions", KafkaApi.ApiVersions)]
    [InlineData("offsetforleaderepoch", KafkaApi.OffsetForLeaderEpoch)]
    [InlineData("writetxnmarkers", KafkaApi.WriteTxnMarkers)]
    [InlineData("alterconfigs", KafkaApi.AlterConfigs)]
    [InlineData("createtopic", KafkaApi.CreateTopics)]
    [InlineData("deletetopic", KafkaApi.DeleteTopics)]
    public void Read_CiliumsNames_AreTaken(string name, KafkaApi expected) =>
        Assert.Equal(expected, Policies.AcceptKafka($"apiKey: {name}").Api);

    [Theory]
    [InlineData("a", "a", false)]
    [InlineData("A.b_c-9", "A.b_c-9", false)]
    [InlineData("empire-*", "empire-", true)]
    [InlineData("\"*\"", "", true)]
    public void Read_Topic_IsExactOrAPrefix(string topic, string text, bool isPrefix) =>
        Assert.Equal(new KafkaName(text, isPrefix), Policies.AcceptKafka($"role: consume\ntopic: {topic}").Topic);

    [Fact]
    public void Read_TopicOf249Characters_IsTheLimit()
    {
        var longest = new string('a', 249);
        Assert.Equal(longest, Policies.AcceptKafka($"topic: {longest}").Topic!.Value.Text);
        Policies.Refuse(Policies.WithKafka($"topic: {longest}a"), 16, $"{Rule}.topic", "249 characters");
    }

    [Theory]
    [InlineData("topic: a*b", "topic", "\"a*b\"", "only be the last character")]
    [InlineData("topic: a**", "topic", "only be the last character")]
    [InlineData("topic: a b", "topic", "letters, digits")]
    [InlineData("topic: 'a.*|b'", "topic", "only be the last character")]
    [InlineData("topic: '^a$'", "topic", "regular expressions are not known")]
    [InlineData("topic: ä", "topic", "letters, digits")]
    [InlineData("topic: '..'", "topic", "no topic of that name")]
    [InlineData("topic: [a]", "topic", "must be text, is a list")]
    [InlineData("topic: 7", "topic", "in quotes")]
    [InlineData("role: producer", "role", "\"producer\" is no role; use produce or consume")]
    [InlineData("role: fetch", "role", "is no role but an API; write apiKey: Fetch")]
    [InlineData("role: both", "role", "use produce or consume")]
    [InlineData("apiKey: consume", "apiKey", "write role: consume")]
    [InlineData("apiKey: CreateTopicss", "apiKey", "did you mean CreateTopics?")]
    [InlineData("apiKey: '0'", "apiKey", "no API of Kafka", "protocol guide")]
    [InlineData("apiVersion: 3", "apiVersion", "write \"3\" in quotes")]
    [InlineData("apiVersion: '-1'", "apiVersion", "from 0 to 32767")]
    [InlineData("apiVersion: '03'", "apiVersion", "without leading zeros")]
    [InlineData("apiVersion: '32768'", "apiVersion", "from 0 to 32767")]
    [InlineData("apiVersion: 1-3", "apiVersion", "one decimal number")]
    [InlineData("clientId: a", "clientId", "did you mean clientID?")]
    [InlineData("transactionalId: a", "transactionalId", "did you mean transactionalID?")]
    [InlineData("topics: a", "topics", "did you mean topic?")]
    public void Read_BadRule_IsRefusedWithTheWayOut(string rule, string field, params string[] words) =>
        Policies.Refuse(Policies.WithKafka(rule), 16, $"{Rule}.{field}", words);

    [Fact]
    public void Read_RoleBesideApiKey_IsRefused() => Policies.Refuse(
        Policies.WithKafka("role: consume\napiKey: Fetch\ntopic: a"), 17, $"{Rule}.apiKey", "beside role", "two rules");

    [Fact]
    public void Read_HttpBesideKafka_IsRefused() => Policies.Refuse(
        Policies.WithEntry("toPorts:\n- ports: [{ port: 80, protocol: TCP }]\n  rules: { http: [], kafka: [] }"),
        11, Rules, "beside http", "two elements of toPorts");

    [Theory]
    [InlineData("kafka: []", 0)]
    [InlineData("kafka: [{}]", 1)]
    public void Read_EmptyKafka_IsRead(string kafka, int rules)
    {
        var port = Policies.AcceptEntry(
            $"toPorts:\n- ports: [{{ port: 9092, protocol: TCP }}]\n  rules: {{ {kafka} }}").Ports!.Value[0];
        Assert.Equal(rules, port.Kafka!.Value.Length);
        Assert.Null(port.Http);
        Assert.True(port.HasL7);
    }

    [Fact]
    public void Read_NullKafka_IsWarnedAndNoL7() => Policies.Warn(
        Policies.WithEntry("toPorts:\n- ports: [{ port: 9092, protocol: TCP }]\n  rules: { kafka: }"), 11, Rules,
        "without Kafka rules");

    [Theory]
    [InlineData("port: 0, protocol: TCP", "port", "every port")]
    [InlineData("port: 9092, protocol: UDP", "protocol", "write protocol: TCP")]
    [InlineData("port: 9092", "protocol", "left out is ANY")]
    public void Read_KafkaOnWrongPort_IsRefused(string port, string field, string word) => Policies.Refuse(
        Policies.WithEntry($"toPorts:\n- ports:\n  - {{ {port} }}\n  rules: {{ kafka: [] }}"),
        11, $"spec.ingress[0].toPorts[0].ports[0].{field}", word);

    [Fact]
    public void Read_KafkaInDenySection_IsRefused() => Policies.Refuse(
        Policies.WithEntry("toPorts:\n- ports: [{ port: 9092, protocol: TCP }]\n  rules: { kafka: [] }", "ingressDeny"),
        11, "spec.ingressDeny[0].toPorts[0].rules", "deny sections");

    [Theory]
    [InlineData("role: produce", "role produce without a topic covers every topic")]
    [InlineData("role: consume\ngroup: g", "role consume without a topic")]
    [InlineData("apiVersion: \"3\"", "create and delete topics")]
    [InlineData("apiKey: ApiVersions", "always allowed")]
    [InlineData("apiKey: JoinGroup\ntopic: a", "JoinGroup carries no topic")]
    [InlineData("apiKey: Fetch\ngroup: a", "Fetch carries no group")]
    [InlineData("apiKey: Heartbeat\ntransactionalID: a", "Heartbeat carries no transactionalID")]
    [InlineData("role: consume\ntopic: a\ntransactionalID: a", "no API of role consume carries a transactional id")]
    public void Read_Trap_IsWarned(string rule, string word) => Policies.Warn(Policies.WithKafka(rule), 16, Rule, word);

    [Theory]
    [InlineData("topic: a\nclientID: c*", "clientID", 17, "compared exactly")]
    [InlineData("topic: a\ngroup: a*b", "group", 17, "only a * at the end")]
    [InlineData("topic: \"\"", "topic", 16, "no condition")]
    public void Read_TrapInAField_IsWarned(string rule, string field, int line, string word) =>
        Policies.Warn(Policies.WithKafka(rule), line, $"{Rule}.{field}", word);

    [Theory]
    [InlineData("role: produce\ntopic: \"*\"")]
    [InlineData("topic: a")]
    [InlineData("apiKey: FindCoordinator\ngroup: g")]
    [InlineData("apiKey: CreateTopics\ntopic: a-*")]
    [InlineData("{}")]
    public void Read_PlainRule_SaysNothing(string rule) =>
        Assert.Empty(Policies.Read(Policies.WithKafka(rule)).Diagnostics);

    [Theory]
    [InlineData("topic: a-*", "role: produce, topic: a-b", 1)]
    [InlineData("role: consume, topic: a-b", "role: consume, topic: a-*", 0)]
    [InlineData("topic: a", "topic: a", 1)]
    [InlineData("{}", "apiKey: CreateTopics", 1)]
    [InlineData("role: produce, topic: a", "apiKey: Produce, topic: a, clientID: c", 1)]
    public void Read_ShadowedRule_IsWarned(string first, string second, int shadowed)
    {
        var result = Policies.Read(Two(first, second));
        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal(($"{Rules}[{shadowed}]", 12 + shadowed), (warning.Field, warning.Location.Line));
        Assert.Contains(
            $"{Rules}[{1 - shadowed}] at policy.yaml:{13 - shadowed}", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("role: produce, topic: a", "role: consume, topic: a")]
    [InlineData("topic: a-*", "topic: a")]
    [InlineData("topic: a, clientID: c", "topic: a")]
    [InlineData("role: consume, topic: \"*\"", "apiKey: FindCoordinator")]
    [InlineData("topic: a", "apiKey: CreateTopics, topic: a")]
    public void Read_RuleThatAddsSomething_IsNotCalledShadowed(string first, string second) =>
        Assert.DoesNotContain(
            Policies.Read(Two(first, second)).Diagnostics,
            d => d.Message.Contains("decides nothing", StringComparison.Ordinal) && d.Field == $"{Rules}[1]");

    [Fact]
    public void Read_PerTopicAnnotation_IsRead()
    {
        var yaml = Policies.WithKafka("topic: a").Replace(
            "  name: rule1\n", "  name: rule1\n  annotations: { jumpgate.dev/kafka-denied-topics: per-topic }\n",
            StringComparison.Ordinal);
        Assert.True(Policies.Accept(yaml).KafkaPerTopic);
        Assert.False(Policies.Accept(Policies.WithKafka("topic: a")).KafkaPerTopic);
    }

    [Fact]
    public void Read_PerTopicAnnotationWithoutKafkaRules_IsWarned()
    {
        var yaml = Policies.WithSpec("endpointSelector: {}\ningress: [{}]").Replace(
            "  name: rule1\n", "  name: rule1\n  annotations: { jumpgate.dev/kafka-denied-topics: per-topic }\n",
            StringComparison.Ordinal);
        Policies.Warn(yaml, 3, "metadata", "changes nothing");
    }

    private static string Two(string first, string second) => Policies.WithEntry(
        "toPorts:\n- ports: [{ port: 9092, protocol: TCP }]\n  rules: { kafka: [\n"
        + $"  {Braced(first)},\n  {Braced(second)} ] }}");

    private static string Braced(string rule) => rule == "{}" ? rule : $"{{ {rule} }}";
}
