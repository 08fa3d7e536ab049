using Xunit.Abstractions;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// Every client and what it can do, with what the rules allow and with what they do not: the one works, the other gets
/// the client's own error of authorization, and no request that is denied reaches a broker.
/// </summary>
public sealed class KafkaPolicyTests(
    KafkaPolicyScene fixture, ITestOutputHelper output) : IClassFixture<KafkaPolicyScene>
{
    private const int Topic = 29;
    private const int Group = 30;
    private const int TransactionalId = 53;

    /// <summary>What a client makes of a list of all topics that lacks one.</summary>
    private const int UnknownTopic = 3;

    /// <summary>kafkajs says that it found no coordinator, whatever the broker answered.</summary>
    private const int Unsaid = 0;

    public static TheoryData<string> Clients => [.. KafkaClients.Names];

    private KafkaScene Scene => fixture.Scene;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task AllowedOperations_Work(string name)
    {
        using var client = Scene.Client(name);
        var topic = $"open-{name}";
        Scene.Cluster.AddTopic(topic, 3);
        var produced = 0;
        foreach (var options in ProduceOptions(name))
        {
            var answer = await AskAsync(client, name, $"produce {topic} 3{options}");
            Assert.True(answer.Ok, answer.ToString());
            produced += 3;
        }

        foreach (var options in ConsumeOptions(name))
        {
            var answer = await AskAsync(client, name, $"consume {topic} {produced}{options}");
            Assert.True(answer.Ok, answer.ToString());
            Assert.Equal(produced, answer.Count);
            Assert.All(answer.Values!, value => Assert.StartsWith($"{topic}-", value, StringComparison.Ordinal));
        }

        // Each broker leads a part of the topic, and has been asked by the client's own address.
        Assert.Equal([1, 2, 3],
            Scene.SeenFrom("client").Where(s => s.Topics.Contains(topic)).Select(s => s.Node).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task ForbiddenTopicsAndGroups_NativeError_NothingReachesABroker(string name)
    {
        var before = Records("sealed");
        using var client = Scene.Client(name);
        Scene.Cluster.AddTopic($"open-{name}-x", 3);
        Scene.Cluster.AddTopic("open-listed");
        var cases = name == KafkaClients.Python ? PythonCases(name) : Cases(name);
        var wrong = new List<string>();
        foreach (var (operation, code) in cases)
        {
            var answer = await AskAsync(client, name, operation);
            if (answer.Ok || answer.Code != code)
            {
                wrong.Add($"{operation}: {code} wanted, {answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, Records("sealed"));
        AssertNothingForbiddenArrived();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task ListOfTopics_HasOnlyThoseAllowed(string name)
    {
        Scene.Cluster.AddTopic("open-listed");
        using var client = Scene.Client(name);
        var answer = await AskAsync(client, name, "topics");
        Assert.True(answer.Ok, answer.ToString());
        Assert.Contains("open-listed", answer.Values!);
        Assert.DoesNotContain("sealed", answer.Values!);
    }

    [Theory]
    [InlineData(KafkaClients.Confluent)]
    [InlineData(KafkaClients.Python)]
    [InlineData(KafkaClients.KafkaJs)]
    [InlineData(KafkaClients.Platformatic)]
    public async Task AdminCalls_OnlyForTopicsAllowed(string name)
    {
        using var client = Scene.Client(name);
        foreach (var operation in (string[])[$"create open-{name}-made", $"configs open-{name}-made",
            $"delete open-{name}-made"])
        {
            var answer = await AskAsync(client, name, operation);
            Assert.True(answer.Ok, $"{operation}: {answer}");
        }

        foreach (var operation in (string[])["create sealed-made", "configs sealed", "delete sealed"])
        {
            var answer = await AskAsync(client, name, operation);
            Assert.False(answer.Ok, operation);
            Assert.Equal((operation, Topic), (operation, answer.Code));
        }

        // No rule grants it: the clients do not even learn that it exists, or are told no.
        Assert.False((await AskAsync(client, name, "groups")).Ok);
        Assert.Null(Scene.Cluster.FindTopic("sealed-made"));
        Assert.DoesNotContain(Scene.SeenFrom("client"), s => s.Api == "ListGroups");
        AssertNothingForbiddenArrived();
    }

    [Theory]
    [InlineData(KafkaClients.Confluent)]
    [InlineData(KafkaClients.Kcat)]
    [InlineData(KafkaClients.KafkaJs)]
    [InlineData(KafkaClients.Platformatic)]
    public async Task TransactionalIds_OnlyThoseAllowed(string name)
    {
        var topic = $"open-{name}-bank";
        Scene.Cluster.AddTopic(topic);
        using var client = Scene.Client(name, "banker");
        var allowed = await AskAsync(client, name, $"produce {topic} 2 txn=t-{name}");
        Assert.True(allowed.Ok, allowed.ToString());
        var records = Records(topic);
        var denied = await AskAsync(client, name, $"produce {topic} 2 txn=x-{name}");
        Assert.False(denied.Ok);
        Assert.Contains(denied.Code, name == KafkaClients.KafkaJs
            ? (int[])[Unsaid, TransactionalId] : [TransactionalId]);
        // Without a transaction there is no id that a rule could match.
        Assert.False((await AskAsync(client, name, $"produce {topic} 1")).Ok);
        Assert.Equal(records, Records(topic));
        Assert.DoesNotContain(Scene.SeenFrom("banker"), s =>
            s.TransactionalIds.Any(t => t.StartsWith("x-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task NoL7Rules_EverythingWorks()
    {
        using var client = Scene.Client(KafkaClients.Confluent, "free");
        foreach (var operation in (string[])["consume sealed 6 group=any", "groups", "create sealed-free",
            "delete sealed-free"])
        {
            var answer = await AskAsync(client, "free", operation);
            Assert.True(answer.Ok, $"{operation}: {answer}");
        }
    }

    private static List<(string Operation, int Code)> Cases(string name)
    {
        var cases = new List<(string, int)>
        {
            ("produce sealed 2", Topic),
            ("produce sealed 1 acks=1", Topic),
            ("produce sealed 1 acks=0", Topic),
            ("produce sealed 1 compression=gzip", Topic),
            ("produce sealed 1 idempotent=1", Topic),
            ($"produce sealed 1 txn=t-{name}-sealed", Topic),
            ("consume sealed 1", Topic),
            ("consume sealed 1 group=g-sealed", Topic),
            ($"consume open-{name}-x 1 group=x-{name}", name == KafkaClients.KafkaJs ? Unsaid : Group),
        };
        if (name == KafkaClients.Platformatic)
        {
            cases.Add(("consume sealed 1 group=g-sealed-new protocol=consumer", Topic));
            cases.Add(($"consume open-{name}-x 1 group=x-{name}-new protocol=consumer", Group));
        }

        return cases;
    }

    /// <summary>
    /// kafka-python 2.0.2 takes an error in a list of one topic for one that passes (cluster.py, update_metadata) and
    /// asks again until its time is up, with every broker. With a topic that it knows it says what it is told.
    /// </summary>
    private static List<(string Operation, int Code)> PythonCases(string name) =>
    [
        ($"consume open-{name}-x 1 group=x-{name}", Group),
        ("produce sealed 2 known=open-listed", Topic),
        ("consume sealed 1", UnknownTopic),
        ("consume sealed 1 group=g-sealed timeout=2", Unsaid),
    ];

    private static IEnumerable<string> ProduceOptions(string name)
    {
        string[] all = ["", " acks=1", " acks=0", " compression=gzip"];
        string[] compressions = name switch
        {
            KafkaClients.Confluent => ["snappy", "lz4", "zstd"],
            KafkaClients.Kcat => ["snappy", "lz4"],
            KafkaClients.KafkaJs => ["snappy"],
            KafkaClients.Platformatic => ["snappy", "lz4"],
            _ => [],
        };
        string[] ids = name == KafkaClients.Python ? [] : [" idempotent=1", $" txn=t-{name}-open"];
        return [.. all, .. compressions.Select(c => $" compression={c}"), .. ids];
    }

    private static IEnumerable<string> ConsumeOptions(string name) =>
        name == KafkaClients.Platformatic
            ? [$" group=g-{name}", $" group=g-{name}-new protocol=consumer"]
            : name == KafkaClients.KafkaJs ? [$" group=g-{name}"] : ["", $" group=g-{name}"];

    private long Records(string topic) => Scene.Cluster.FindTopic(topic)!.Records;

    private void AssertNothingForbiddenArrived() => Assert.DoesNotContain(
        Scene.SeenFrom("client"),
        s => s.Topics.Any(t => t.StartsWith("sealed", StringComparison.Ordinal))
            || s.Groups.Any(g => g.StartsWith("x-", StringComparison.Ordinal)));

    private async Task<KafkaAnswer> AskAsync(IKafkaClient client, string name, string operation)
    {
        var answer = await client.AskAsync(operation);
        output.WriteLine($"{name} | {operation} | {answer}");
        return answer;
    }
}
