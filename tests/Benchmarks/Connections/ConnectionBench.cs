using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Benchmarks.Connections;

/// <summary>Resident memory of an agent that has just started, and of one that holds many idle connections.</summary>
internal static class ConnectionBench
{
    private const double KiB = 1024;
    private const double MiB = 1024 * KiB;
    private const int SpareFiles = 500;

    /// <summary>Collections after every 4 MiB: what is held is to be seen, not what waits to be collected, which is
    /// as much as the runtime thinks fit for the machine.</summary>
    private static readonly Dictionary<string, string> Collecting = new()
    {
        ["DOTNET_GCgen0size"] = "0x400000",
        ["DOTNET_GCgen0MaxBudget"] = "0x400000",
    };

    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Result<Figure>>> RunAsync(BenchOptions options, CancellationToken stop)
    {
        var count = Affordable(options.IdleConnections);
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
                catch (Exception e) when (e is TimeoutException or InvalidOperationException or SocketException
                    or EndOfStreamException or HttpRequestException)
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
        Result<Figure> Of(string work, string mode, string unit, Func<(double Idle, double Open), double> value)
        {
            var figures = rounds[mode].Select(round => new Figure(value(round), unit));
            return new Result<Figure>(work, mode, [.. figures], unavailable.GetValueOrDefault(mode));
        }

        var open = string.Create(CultureInfo.InvariantCulture, $"memory with {count:N0} idle connections");
        return
        [
            .. modes.Select(mode => Of("memory without connections", mode, "MiB", round => round.Idle / MiB)),
            .. modes.Select(mode => Of(open, mode, "MiB", round => round.Open / MiB)),
            .. modes.Select(mode => Of(
                "memory of one idle connection", mode, "KiB", round => (round.Open - round.Idle) / count / KiB)),
        ];
    }

    private static int Affordable(int wanted)
    {
        // The agent has two sockets for each of them.
        var limit = OpenFiles.Raise((ulong)((2 * wanted) + SpareFiles));
        var count = (int)Math.Min(wanted, ((long)limit - SpareFiles) / 2);
        if (count < 1)
        {
            throw new InvalidOperationException($"{limit} open files are too few; raise the limit (ulimit -Hn)");
        }

        if (count < wanted)
        {
            Console.Error.WriteLine(
                $"bench: {limit} open files at most (ulimit -Hn) allow {count} connections, not {wanted}");
        }

        return count;
    }

    /// <returns>Bytes.</returns>
    private static async Task<(double Idle, double Open)> MeasureAsync(
        BenchLab lab, string mode, int count, CancellationToken stop)
    {
        var work = Work.All[0];
        await lab.StartAgentAsync(Peers.LaneMode(mode), PeerFiles.Policy(work), Collecting);
        if (lab.Ask(lab.Server, "GET", work.Path) != 200 || lab.Ask(lab.Server, "PUT", work.Path) != 403)
        {
            throw new InvalidOperationException("the agent does not do what its policy says");
        }

        var idle = await SettleAsync(lab, stop);
        using var connections = new IdleConnections();
        lab.Open(connections, lab.Server, count, stop);
        var open = await SettleAsync(lab, stop);
        using var admin = lab.OpenAdmin();
        var known = (await admin.GetAsync<StatusReport>("v1/status", stop)).OpenConnections;
        if (known < count)
        {
            throw new InvalidOperationException($"the agent knows of {known} open connections, not {count}");
        }

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
                throw new TimeoutException(
                    $"the agent's memory, {memory} bytes, does not come to rest in {SettlePatience.TotalSeconds} s");
            }
        }

        return memory;
    }
}
