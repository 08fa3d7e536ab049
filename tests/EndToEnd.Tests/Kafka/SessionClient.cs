using System.Text.Json;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>A client program that stays, with its connections, from one operation to the next.</summary>
internal sealed class SessionClient(NetnsProcess process) : IKafkaClient
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);
    private int _asked;

    public async Task<KafkaAnswer> AskAsync(string operation)
    {
        process.WriteLine(operation);
        _asked++;
        string[] Lines() => process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await Wait.UntilAsync(
            () => Lines().Length >= _asked
            || process.HasExited, Wait.Patience, $"the answer to '{operation}'", process.Captured);
        var lines = Lines();
        Assert.True(lines.Length == _asked, process.Captured());
        return JsonSerializer.Deserialize<KafkaAnswer>(lines[^1], _json)!;
    }

    public void Dispose() => process.Dispose();
}
