using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Jumpgate.Benchmarks.Connections;

/// <summary>Resident memory of an agent that has just started, and of one that holds many idle connections.</summary>
internal static class ConnectionBench
{
    private const double KiB = 1024;
    private const double MiB = 1024 * KiB;
    private const int SpareFiles = 500;
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Result<Figure>>> RunAsync(BenchOptions options, CancellationToken stop)
    {
        // The agent has two sockets for each of them.
        var wanted = options.IdleConnections;
        var limit = OpenFiles.Raise((ulong)((2 * wanted) + SpareFiles));
        var count = (int)Math.Min((ulong)wanted, (limit - SpareFiles) / 2);
        if (count < wanted)
        {
            Console.Error.WriteLine($"no more than {limit} files may be open (ulimit -Hn): {count} connections, not {wanted}");
        }

        await using var lab = new BenchLab();
        await lab.StartServerAsync(count + SpareFiles);
        var modes = (string[])[Peers.UserSpace, Peers.Lanes];
        var rounds = modes.ToDictionary(mode => mode, _ => new List<(double Idle, double Open)>());
        var unavailable = new Dictionary<string, string>();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var mode in (string[])[.. round % 2 == 0 ? modes : modes.Reverse()])
            {
                if (unavailable.ContainsKey(mode))
                {
                    continue;
                }

                Console.Error.Write($"\r{count} connections, round {round + 1} of {options.Rounds}: {mode,-24}");
                try
                {
                    rounds[mode].Add(await MeasureAsync(lab, mode, count, stop));
                }
                catch (Exception e) when (e is TimeoutException or InvalidOperationException or SocketException or EndOfStreamException)
                {
                    unavailable[mode] = e.Message.Split('\n')[0];
                }
                finally
                {
                    await lab.StopAsync();
                }
            }
        }

        Console.Error.WriteLine();
        Result<Figure> Of(string work, string mode, string unit, Func<(double Idle, double Open), double> value) => new(
            work, mode, [.. rounds[mode].Select(round => new Figure(value(round), unit))], unavailable.GetValueOrDefault(mode));
        var open = string.Create(CultureInfo.InvariantCulture, $"memory with {count:N0} idle connections");
        return
        [
            .. modes.Select(mode => Of("memory without connections", mode, "MiB", round => round.Idle / MiB)),
            .. modes.Select(mode => Of(open, mode, "MiB", round => round.Open / MiB)),
            .. modes.Select(mode => Of("memory of one idle connection", mode, "KiB", r => (r.Open - r.Idle) / count / KiB)),
        ];
    }

    /// <returns>Bytes.</returns>
    private static async Task<(double Idle, double Open)> MeasureAsync(
        BenchLab lab, string mode, int count, CancellationToken stop)
    {
        var target = await lab.StartAsync(mode, Work.All[0]);
        if (lab.Ask(target, "GET", Work.All[0].Path) != 200 || lab.Ask(target, "PUT", Work.All[0].Path) != 403)
        {
            throw new InvalidOperationException("the agent does not do what its policy says");
        }

        var idle = await SettleAsync(lab, stop);
        using var connections = new IdleConnections();
        lab.Open(connections, target, count, stop);
        var open = await SettleAsync(lab, stop);
        connections.AskAll(stop);
        return (idle, open);
    }

    /// <summary>The agent's memory, once it has stayed within 1 % for three seconds.</summary>
    private static async Task<long> SettleAsync(BenchLab lab, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var (since, memory) = (clock.Elapsed, lab.PeerMemory());
        while (clock.Elapsed - since < TimeSpan.FromSeconds(3))
        {
            await Task.Delay(200, stop);
            var now = lab.PeerMemory();
            if (Math.Abs(now - memory) > memory / 100)
            {
                (since, memory) = (clock.Elapsed, now);
            }

            if (clock.Elapsed > SettlePatience)
            {
                throw new TimeoutException($"the agent's memory does not come to rest in {SettlePatience.TotalSeconds} s");
            }
        }

        return memory;
    }
}
