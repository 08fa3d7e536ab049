using System.Globalization;
using System.Runtime.InteropServices;
using Jumpgate.Benchmarks;
using Jumpgate.Benchmarks.Kafka;
using Jumpgate.Benchmarks.Xds;
using Jumpgate.Bpf;

if (args.Contains("--help"))
{
    Console.WriteLine($"{BenchOptions.Help}\n\n{KafkaBench.Help}\n\ndocs/benchmarks.md says how to read the results.");
    return 0;
}

// A part of the section xds.
if (args is [XdsServerCommand.Name, var resources])
{
    await XdsServerCommand.RunAsync(int.Parse(resources, CultureInfo.InvariantCulture));
    return 0;
}

// Kafka has options of its own.
var isKafka = args.Length > 0 && args[0] == "kafka";
if (!BenchOptions.TryParse(isKafka ? [] : args, out var options, out var error))
{
    Console.Error.WriteLine($"bench: {error}");
    Console.Error.WriteLine("Try './bench --help'.");
    return 2;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

// Both ways of being asked to end leave nothing behind.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    if (isKafka)
    {
        return await KafkaBench.RunAsync(args[1..], stop.Token);
    }

    await Sections.RunAsync(options, stop.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e) when (e is DatapathException or InvalidOperationException or TimeoutException)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 1;
}
