using Jumpgate.Benchmarks;

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
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
try
{
    var results = await HttpBench.RunAsync(options, stop.Token);
    Report.Write(results, options);
    return 0;
}
catch (OperationCanceledException)
{
    return 130;
}
