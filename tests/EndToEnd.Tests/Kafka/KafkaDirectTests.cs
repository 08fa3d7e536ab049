namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// Every client with the brokers through the node, where no rule is about Kafka: nothing is parsed, everything works.
/// </summary>
public sealed class KafkaDirectTests
{
    [Fact]
    public async Task Clients_NoKafkaRules_DoWhatTheyCan()
    {
        await using var scene = await KafkaScene.StartAsync();
        foreach (var name in KafkaClients.Names)
        {
            using var client = scene.Client(name);
            foreach (var operation in (string[])[$"produce {name} 3", $"consume {name} 3",
                $"consume {name} 3 group={name}", "topics"])
            {
                var answer = await client.AskAsync(operation);
                Assert.True(answer.Ok, $"{name} {operation}: {answer}");
            }
        }
    }
}
