using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Tables;

/// <summary>What grows with identities and rules, and what does not. Sizes take turns, round by round.</summary>
internal static class TableBench
{
    private const int WarmUp = 2;

    public static async Task<IReadOnlyList<Result<Figure>>> RunAsync(BenchOptions options, CancellationToken stop) =>
        [.. RunKernel(options, stop), .. await AgentUpdates.RunAsync(options, stop)];

    private static List<Result<Figure>> RunKernel(BenchOptions options, CancellationToken stop)
    {
        using var lab = new TableLab();
        var work = new (string Name, Func<int, Figure> Measure)[]
        {
            ("publish a revision", size => new Figure(lab.Publish(size).TotalMilliseconds, "ms")),
            ("attach a workload", _ => new Figure(lab.Attach().TotalMilliseconds, "ms")),
            ("packet of a new flow", size => new Figure(lab.Packet(size, TcpFlags.Syn), "ns")),
            ("packet of a known flow", size => new Figure(lab.Packet(size, TcpFlags.Ack), "ns")),
        };
        var figures = new Dictionary<(string Work, int Size), List<Figure>>();
        for (var round = -WarmUp; round < options.Rounds; round++)
        {
            for (var turn = 0; turn < options.TableSizes.Count; turn++)
            {
                var size = options.TableSizes[(turn + round + WarmUp) % options.TableSizes.Count];
                Console.Error.Write($"\rtables, round {Math.Max(round + 1, 0)} of {options.Rounds}: {size,-12}");
                foreach (var (name, measure) in work)
                {
                    stop.ThrowIfCancellationRequested();
                    var figure = measure(size);
                    if (round >= 0)
                    {
                        figures.TryAdd((name, size), []);
                        figures[(name, size)].Add(figure);
                    }
                }
            }
        }

        Console.Error.WriteLine();
        return
        [
            .. work.SelectMany(w => options.TableSizes.Select(
                size => Results.Of(w.Name, size, figures[(w.Name, size)]))),
        ];
    }
}
