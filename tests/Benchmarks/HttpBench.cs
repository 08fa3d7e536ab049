namespace Jumpgate.Benchmarks;

/// <summary>Every peer at every piece of work, at full speed.</summary>
internal static class HttpBench
{
    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        await using var lab = new BenchLab();
        await lab.StartServerAsync();
        var results = new List<Result<Measurement>>();
        string[] peers = [.. Peers.All.Where(p => p == Peers.Straight || (options.Peers?.Contains(p) ?? true))];
        var works = Work.All.Where(work => options.Only?.Contains(work.Name) ?? true);

        // One start serves all work with the same rules.
        foreach (var group in works.GroupBy(work => work.Rules))
        {
            var turns = new Turns(BenchOptions.Http, options.Rounds);
            results.AddRange(await turns.RunAsync(
                peers,
                [.. group],
                async peer => new HttpPeer(lab, await lab.StartAsync(peer, group.First()), options.Seconds)
                {
                    Enforces = peer != Peers.Straight,
                },
                stop));
        }

        return new Section(BenchOptions.Http, Peers.Straight, Comparison.Rate, results);
    }
}
