using System.Net;
using System.Runtime.CompilerServices;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// The mock cluster inside librdkafka (kcat with <c>test.mock.num.brokers</c>): one process, a listener in the
/// namespace of each broker, which it advertises.
/// </summary>
internal static class MockCluster
{
    public static async Task StartAsync(KafkaScene scene)
    {
        var directory = scene.Lab.Own(new TempDirectory());
        var library = directory.File("mock_places.so");
        var source = Path.Combine(
            Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "samples", "deathstar", "kafka", "mock_places.c");
        Command.Run("clang", "-shared", "-fPIC", "-O2", "-o", library, source);
        var places = Enumerable.Range(1, 3).Select(i => scene.Lab[$"kafka{i}"])
            .Select(node => $"{node.NamespaceName}={node.IPv4}:{KafkaScene.Port}");
        // Its input stays open, and so does it.
        var kcat = scene.Lab.Start(
            "kafka1",
            "kcat",
            ["-b", "mock", "-X", "test.mock.num.brokers=3", "-P", "-t", "none"],
            new Dictionary<string,
            string>
            { ["LD_PRELOAD"] = library, ["KAFKA_MOCK_PLACES"] = string.Join(' ', places) });
        await kcat.WaitForPortAsync(new IPEndPoint(scene.Lab["kafka1"].IPv4, KafkaScene.Port), Wait.Patience);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
