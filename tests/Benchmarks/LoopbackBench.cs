namespace Jumpgate.Benchmarks;

/// <summary>Client, server and proxies are processes of one node, on its loopback.</summary>
internal static class LoopbackBench
{
    private static readonly Work[] Works =
    [
        new("loopback-keep-alive-1", 1),
        new("loopback-keep-alive-32", 32),
        new("loopback-keep-alive-256", 256),
    ];

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        await using var lab = new BenchLab(isLoopback: true);
        await lab.StartServerAsync();
        var results = await new Turns(BenchOptions.Loopback, options.Rounds).RunAsync(
            Peers.All,
            Works,
            async peer => new HttpPeer(lab, await lab.StartAsync(peer, Works[0]), options.Seconds)
            {
                From = lab.ClientPlace,
                Enforces = peer != Peers.Straight,
            },
            stop);
        return new Section(BenchOptions.Loopback, Peers.Straight, Comparison.Rate, results);
    }
}
