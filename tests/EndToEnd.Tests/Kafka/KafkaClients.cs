using System.Runtime.CompilerServices;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>The clients, by name.</summary>
internal static class KafkaClients
{
    public const string Confluent = "confluent";
    public const string Kcat = "kcat";
    public const string Python = "kafka-python";
    public const string KafkaJs = "kafkajs";
    public const string Platformatic = "platformatic";

    public static IReadOnlyList<string> Names { get; } = [Confluent, Kcat, Python, KafkaJs, Platformatic];

    public static IKafkaClient Start(string name, KafkaScene scene, string workload)
    {
        if (name == Kcat)
        {
            return new KcatClient(scene, workload);
        }

        string[] command = name switch
        {
            Confluent => ["dotnet", Path.Combine(AppContext.BaseDirectory, "jumpgate-kafka-client.dll")],
            Python => ["/usr/bin/python3", Script("client.py")],
            KafkaJs => ["node", Script("kafkajs.js")],
            _ => ["node", Script("platformatic.mjs")],
        };
        return new SessionClient(scene.Lab.Start(workload, command[0], [.. command[1..], scene.Bootstrap]));
    }

    /// <summary>In the source tree: npm's packages are beside it.</summary>
    private static string Script(string name)
    {
        var folder = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Clients");
        if (name.Contains("js", StringComparison.Ordinal) && !Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            throw new DirectoryNotFoundException($"{folder}/node_modules: run build/fetch-kafka-clients");
        }

        return Path.Combine(folder, name);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
