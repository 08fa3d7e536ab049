using System.Runtime.InteropServices;
using Jumpgate.Benchmarks;
using Jumpgate.Bpf;

if (args.Contains("--help"))
{
    Console.WriteLine(BenchOptions.Help);
    return 0;
}

if (!BenchOptions.TryParse(args, out var options, out var error))
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
