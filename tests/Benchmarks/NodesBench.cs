namespace Jumpgate.Benchmarks;

/// <summary>A client on another machine, behind an uplink: lanes cannot help it, and must cost it nothing.</summary>
internal static class NodesBench
{
    private const string FromOtherNodes = "fromCIDR: [ 10.0.0.0/8 ]";

    private static readonly string[] Names = [Peers.Straight, Peers.UserSpace, Peers.Lanes];

    private static readonly Work[] Works =
    [
        new("nodes-keep-alive-32", 32),
        new("nodes-new-connection", 32) { Script = Work.CloseEach },
    ];

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        await using var lab = new BenchLab(world: true);
        await lab.StartServerAsync();
        var results = await new Turns(BenchOptions.Nodes, options.Rounds).RunAsync(
            Names,
            Works,
            async peer => new HttpPeer(
                lab, await lab.StartAsync(peer, Works[0], PeerFiles.Policy(Works[0], FromOtherNodes)), options.Seconds)
            {
                From = "world",
                Enforces = peer != Peers.Straight,
            },
            stop);
        return new Section(BenchOptions.Nodes, Peers.UserSpace, Comparison.Rate, results);
    }
}
