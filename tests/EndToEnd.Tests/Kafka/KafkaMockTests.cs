using Xunit.Abstractions;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// The same with a broker that is not ours. It speaks versions up to about Kafka 2.4, and has no admin calls;
/// @platformatic/kafka wants newer ones.
/// </summary>
public sealed class KafkaMockTests(ITestOutputHelper output)
{
    private const int Topic = 29;

    [Fact]
    public async Task Clients_AtLibrdkafkasMockCluster_AllowedAndForbiddenTopics()
    {
        await using var scene = await KafkaScene.StartMockAsync(KafkaScene.Policy(KafkaPolicyScene.Rules));
        foreach (var name in (string[])[KafkaClients.Confluent, KafkaClients.Kcat, KafkaClients.Python,
            KafkaClients.KafkaJs])
        {
            using var client = scene.Client(name);
            var topic = $"open-{name}";
            foreach (var operation in (string[])[$"produce {topic} 12", $"consume {topic} 12 group=g-{name}"])
            {
                var answer = await AskAsync(client, name, operation);
                Assert.True(answer.Ok, $"{name} {operation}: {answer}");
            }

            // kafka-python's consumers do not say what they are told of a single topic: KafkaPolicyTests.
            string[] denied = ["produce sealed 2", .. name == KafkaClients.Python
                ? (string[])[] : ["consume sealed 1 group=g-sealed"]];
            foreach (var operation in denied)
            {
                var answer = await AskAsync(client, name, operation);
                Assert.Equal((name, operation, false, Topic), (name, operation, answer.Ok, answer.Code));
            }
        }

        // Whoever may see everything sees that "sealed" was never even made: no request for it came through.
        using var free = scene.Client(KafkaClients.Kcat, "free");
        var topics = (await AskAsync(free, "free", "topics")).Values!;
        Assert.Contains("open-kcat", topics);
        Assert.DoesNotContain("sealed", topics);
    }

    private async Task<KafkaAnswer> AskAsync(IKafkaClient client, string name, string operation)
    {
        var answer = await client.AskAsync(operation);
        output.WriteLine($"{name} | {operation} | {answer}");
        return answer;
    }
}
