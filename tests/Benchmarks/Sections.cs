using Jumpgate.Benchmarks.Connections;
using Jumpgate.Benchmarks.Redirect;
using Jumpgate.Benchmarks.Tables;
using Jumpgate.Benchmarks.Xds;

namespace Jumpgate.Benchmarks;

/// <summary>What there is to measure, by the name of its command.</summary>
internal static class Sections
{
    public static async Task RunAsync(BenchOptions options, CancellationToken stop)
    {
        switch (options.Command)
        {
            case BenchOptions.Tables:
                Report.Write([], await TableBench.RunAsync(options, stop), options.Command, options);
                break;
            case BenchOptions.Connections:
                Report.Write([], await ConnectionBench.RunAsync(options, stop), options.Command, options);
                break;
            case BenchOptions.Xds:
                Report.Write([], await XdsBench.RunAsync(options, stop), options.Command, options);
                break;
            case BenchOptions.Everything:
                var sections = new List<Section>();
                foreach (var name in BenchOptions.Sections)
                {
                    sections.Add(await RunAsync(name, options, stop));
                }

                // Memory hardly varies: one round of it does here.
                var connections = await ConnectionBench.RunAsync(options with { Rounds = 1 }, stop);
                Report.Write(sections, connections, "results", options);
                break;
            default:
                Report.Write([await RunAsync(options.Command, options, stop)], [], options.Command, options);
                break;
        }
    }

    private static Task<Section> RunAsync(string name, BenchOptions options, CancellationToken stop) => name switch
    {
        BenchOptions.Http => HttpBench.RunAsync(options, stop),
        BenchOptions.Loopback => LoopbackBench.RunAsync(options, stop),
        BenchOptions.Latency => LatencyBench.RunAsync(options, stop),
        BenchOptions.Redirect => RedirectBench.RunAsync(options, stop),
        BenchOptions.Sidecar => SidecarBench.RunAsync(options, stop),
        BenchOptions.Connect => ConnectBench.RunAsync(options, stop),
        BenchOptions.Nodes => NodesBench.RunAsync(options, stop),
        BenchOptions.Grpc => GrpcBench.RunAsync(options, stop),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such section."),
    };
}
