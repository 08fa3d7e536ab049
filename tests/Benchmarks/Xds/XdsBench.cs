using System.Diagnostics;

namespace Jumpgate.Benchmarks.Xds;

/// <summary>
/// Many nodes of one configuration follow a change of one resource: how long until the last has accepted it, and what
/// that and the nodes cost the server. Both protocols: in the state of the world a change sends all resources again.
/// </summary>
internal static class XdsBench
{
    private const double KiB = 1024;
    private const double Second = 1_000_000;

    /// <summary>Changes before figures count: code is compiled, buffers are there.</summary>
    private const int WarmUp = 3;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(60);

    private static readonly (string Name, bool IsDelta)[] Protocols = [("state of the world", false), ("delta", true)];

    public static async Task<IReadOnlyList<Result<Figure>>> RunAsync(BenchOptions options, CancellationToken stop)
    {
        var rounds = Protocols.ToDictionary(p => p.Name, _ => new List<Round>());
        var unavailable = new Dictionary<string, string>();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (name, isDelta) in round % 2 == 0 ? Protocols : Protocols.Reverse())
            {
                Console.Error.Write(
                    $"\r{options.XdsNodes} nodes, {options.XdsResources} resources, round {round + 1} of {options.Rounds}: {name,-20}");
                try
                {
                    rounds[name].Add(await MeasureAsync(options, isDelta, stop));
                }
                catch (Exception e) when (e is TimeoutException or InvalidOperationException or HttpRequestException
                    or IOException)
                {
                    unavailable[name] = e.Message;
                }
            }
        }

        Console.Error.WriteLine();
        var what = $"{options.XdsNodes:N0} nodes, {options.XdsResources:N0} resources";
        return
        [
            .. Of($"xDS: a change until the last ACK ({what})", "ms", r =>
                r.Changes.Select(c => c.Elapsed * 1000).Order().Median()),
            .. Of("xDS: updates accepted by nodes", "1/s", r => options.XdsNodes / r.Changes.Average(c => c.Elapsed)),
            .. Of("xDS: the server's CPU for one node's update", "us",
                r => r.Changes.Average(c => c.Processor) * Second / options.XdsNodes),
            .. Of("xDS: sent to one node for a change", "KiB", r => r.Bytes / KiB / options.XdsNodes / r.Changes.Count),
            .. Of("xDS: the server's memory for each node", "KiB", r => r.Memory / KiB / options.XdsNodes),
        ];

        IEnumerable<Result<Figure>> Of(string work, string unit, Func<Round, double> value) =>
            Protocols.Select(p => new Result<Figure>(
            work, p.Name, [.. rounds[p.Name].Select(round => new Figure(value(round), unit))],
            unavailable.GetValueOrDefault(p.Name)));
    }

    private static double Median(this IEnumerable<double> values) => Statistics.Median(values);

    private static async Task<Round> MeasureAsync(BenchOptions options, bool isDelta, CancellationToken stop)
    {
        await using var server = await XdsServerProcess.StartAsync(options.XdsResources, stop);
        await using var nodes = new XdsNodes(server.Port, isDelta);

        // One node first: what the first stream ever costs is not each one's.
        await ConnectAsync(server, nodes, 1, 1, stop);
        var empty = (await server.AskAsync("memory", stop))[0];
        await ConnectAsync(server, nodes, options.XdsNodes - 1, options.XdsNodes, stop);
        for (var i = 0; i < WarmUp; i++)
        {
            await server.AskAsync("change", stop);
        }

        var memory = (await server.AskAsync("memory", stop))[0] - empty;
        var (bytes, clock) = (nodes.Bytes, Stopwatch.StartNew());
        var changes = new List<(double Elapsed, double Processor)>();
        while (clock.Elapsed.TotalSeconds < options.Seconds || changes.Count < 3)
        {
            var change = await server.AskAsync("change", stop);
            changes.Add((change[0] / Second, change[1] / Second));
        }

        return nodes.Failure is { } failure
            ? throw new InvalidOperationException(failure)
            : new Round(changes, nodes.Bytes - bytes, memory);
    }

    private static async Task ConnectAsync(
        XdsServerProcess server, XdsNodes nodes, int more, int count, CancellationToken stop)
    {
        nodes.Open(more);
        var clock = Stopwatch.StartNew();
        while ((await server.AskAsync("streams", stop))[0] < count)
        {
            if (clock.Elapsed > ConnectPatience || nodes.Failure is not null)
            {
                throw new TimeoutException($"not all nodes connect: {nodes.Failure}");
            }

            await Task.Delay(50, stop);
        }

        await server.AskAsync("change", stop);
    }

    /// <param name="Changes">Seconds.</param>
    /// <param name="Bytes">Of all nodes and changes.</param>
    /// <param name="Memory">Of all nodes.</param>
    private sealed record Round(IReadOnlyList<(double Elapsed, double Processor)> Changes, long Bytes, double Memory);
}
