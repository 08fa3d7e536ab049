using System.Diagnostics;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Benchmarks.Tables;

/// <summary>From a changed policy file to the agent's word that everything obeys it.</summary>
internal static class AgentUpdates
{
    private const string Work = "policy file to acknowledged";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task<IReadOnlyList<Result<Figure>>> RunAsync(BenchOptions options, CancellationToken stop)
    {
        var results = new List<Result<Figure>>();
        await using var lab = new BenchLab();
        foreach (var size in options.TableSizes)
        {
            results.Add(size > IdentityPolicy.MostIdentities
                ? Results.Of(Work, size, [], "more than one policy file holds")
                : await MeasureAsync(lab, size, options.Rounds, stop));
        }

        Console.Error.WriteLine();
        return results;
    }

    private static async Task<Result<Figure>> MeasureAsync(BenchLab lab, int size, int rounds, CancellationToken stop)
    {
        var figures = new List<Figure>();
        try
        {
            await lab.StartAgentAsync("off", IdentityPolicy.Create(size, 80));
            using var admin = lab.OpenAdmin();
            for (var round = 0; round <= rounds; round++)
            {
                Console.Error.Write($"\ragent with {size} rules, round {round} of {rounds}        ");
                var policy = IdentityPolicy.Create(size, (ushort)(81 + round));
                var before = (await admin.GetAsync<StatusReport>("v1/status", stop)).AcknowledgedRevision;
                var start = Stopwatch.GetTimestamp();
                lab.WritePolicy(policy);
                while ((await admin.GetAsync<StatusReport>("v1/status", stop)).AcknowledgedRevision == before)
                {
                    if (Stopwatch.GetElapsedTime(start) > Patience)
                    {
                        throw new TimeoutException($"the agent did not acknowledge it in {Patience.TotalSeconds} s");
                    }

                    await Task.Delay(1, stop);
                }

                // The first change finds code that never ran.
                if (round > 0)
                {
                    figures.Add(new Figure(Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms"));
                }
            }

            return Results.Of(Work, size, figures);
        }
        catch (Exception e) when (e is TimeoutException or EndOfStreamException or HttpRequestException)
        {
            return Results.Of(Work, size, [], e.Message.Split('\n')[0]);
        }
        finally
        {
            await lab.StopAsync();
        }
    }
}
