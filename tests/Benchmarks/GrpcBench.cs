using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks;

/// <summary>Unary calls of gRPC with an empty message each way, over HTTP/2 without TLS.</summary>
internal static class GrpcBench
{
    private static readonly string[] Names = [Peers.Straight, Peers.Nginx, Peers.Haproxy, Peers.UserSpace, Peers.Lanes];

    private static readonly Work[] Works =
    [
        new("grpc-unary-8", 8) { Load = Load.Grpc, Path = Work.Call },
        new("grpc-unary-1", 1) { Load = Load.Grpc, Path = Work.Call },
    ];

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        await using var lab = new BenchLab();
        await lab.StartServerAsync();
        var results = await new Turns(BenchOptions.Grpc, options.Rounds).RunAsync(
            Names,
            Works,
            async peer => new HttpPeer(lab, await lab.StartAsync(peer, Works[0]), options.Seconds)
            {
                Enforces = peer != Peers.Straight,
            },
            stop);
        return new Section(BenchOptions.Grpc, Peers.Straight, Comparison.Rate, results);
    }
}
