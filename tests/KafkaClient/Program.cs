using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Jumpgate.KafkaClient;

// Confluent.Kafka on the system's librdkafka: BOOTSTRAP [OPERATION...], or operations from standard input, a line each.
const string LibraryFile = "librdkafka.so.1";
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
// Debian has both under their versioned names only.
NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, _, _) => NativeLibrary.Load(
    name.StartsWith("libdl", StringComparison.Ordinal) ? "libdl.so.2" : LibraryFile));
Library.Load(LibraryFile);
using var operations = new Operations(args[0]);
if (args.Length > 1)
{
    await RunAsync(args[1..]);
    return;
}

while (await Console.In.ReadLineAsync() is { } line)
{
    await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

async Task RunAsync(string[] words)
{
    var clock = Stopwatch.StartNew();
    Answer answer;
    try
    {
        answer = await operations.RunAsync(new Operation(words));
    }
    catch (Exception e) when (e is KafkaException or TimeoutException)
    {
        var error = (e as KafkaException)?.Error;
        // Admin calls say what is wrong of each thing they were asked for.
        error = (e as CreateTopicsException)?.Results[0].Error ?? (e as DeleteTopicsException)?.Results[0].Error
            ?? (e as DescribeConfigsException)?.Results[0].Error ?? error;
        answer = new Answer
        {
            Ok = false,
            Error = error?.Code.ToString() ?? "TimedOut",
            Code = (int)(error?.Code ?? 0),
            Detail = error?.Reason ?? e.Message,
        };
    }

    Console.WriteLine(JsonSerializer.Serialize(answer with { Ms = clock.ElapsedMilliseconds }, json));
}
