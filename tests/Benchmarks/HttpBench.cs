namespace Jumpgate.Benchmarks;

/// <summary>Every peer at every piece of work, round by round, in turning order.</summary>
internal static class HttpBench
{
    public static async Task<IReadOnlyList<Result<Measurement>>> RunAsync(BenchOptions options, CancellationToken stop)
    {
        await using var lab = new BenchLab();
        await lab.StartServerAsync();
        var results = new List<Result<Measurement>>();
        foreach (var work in Work.All.Where(work => options.Only?.Contains(work.Name) ?? true))
        {
            var rounds = Peers.All.ToDictionary(peer => peer, _ => new List<Measurement>());
            var unavailable = new Dictionary<string, string>();
            for (var round = 0; round < options.Rounds; round++)
            {
                for (var turn = 0; turn < Peers.All.Count; turn++)
                {
                    stop.ThrowIfCancellationRequested();
                    var peer = Peers.All[(turn + round) % Peers.All.Count];
                    if (unavailable.ContainsKey(peer))
                    {
                        continue;
                    }

                    Console.Error.Write($"\r{work.Name}, round {round + 1} of {options.Rounds}: {peer,-24}");
                    var (measurement, reason) = await MeasureAsync(lab, peer, work, options.Seconds);
                    if (measurement is not null)
                    {
                        rounds[peer].Add(measurement);
                    }
                    else
                    {
                        unavailable[peer] = reason!;
                    }
                }
            }

            results.AddRange(Peers.All.Select(
                peer => new Result<Measurement>(work.Name, peer, rounds[peer], unavailable.GetValueOrDefault(peer))));
        }

        Console.Error.WriteLine();
        return results;
    }

    /// <summary>Long enough for .NET to compile what is hot, and for the agent to compile its rules for the kernel.</summary>
    private static int WarmUpSeconds(Work work) => work.Rules < 1000 ? 3 : 12;

    private static async Task<(Measurement? Measurement, string? Reason)> MeasureAsync(
        BenchLab lab, string peer, Work work, int seconds)
    {
        try
        {
            var target = await lab.StartAsync(peer, work);
            var allowed = lab.Ask(target, "GET", work.Path);
            var forbidden = lab.Ask(target, "PUT", work.Path);
            if (allowed != 200 || (peer != Peers.Straight && forbidden != 403))
            {
                return (null, $"an allowed request got {allowed}, a forbidden one {forbidden}");
            }

            await lab.MeasureAsync(target, work, WarmUpSeconds(work));
            return await lab.MeasureAsync(target, work, seconds) is { } measurement
                ? (measurement, null)
                : (null, "wrk saw answers that were not 2xx, or nothing");
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            return (null, e.Message.Split('\n')[0]);
        }
        finally
        {
            await lab.StopAsync();
        }
    }
}
