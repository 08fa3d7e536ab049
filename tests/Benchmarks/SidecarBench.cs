using Jumpgate.Benchmarks.Redirect;

namespace Jumpgate.Benchmarks;

/// <summary>
/// A sidecar proxy beside the client and one beside the server, both behind iptables REDIRECT in the workloads' own
/// namespaces, both with the rules: what a service mesh does. Against Jumpgate on the node, with the same rules for the
/// client's way out and for the server's way in.
/// </summary>
internal static class SidecarBench
{
    private const string HaproxySidecars = "haproxy-sidecars";
    private const string NginxSidecars = "nginx-sidecars";
    private const int OutPort = 15001;
    private const int InPort = 15006;

    private static readonly string[] Names =
        [Peers.Straight, HaproxySidecars, NginxSidecars, Peers.UserSpace, Peers.Lanes];

    private static readonly Work[] Works =
    [
        new("sidecar-keep-alive-1", 1),
        new("sidecar-keep-alive-32", 32),
        new("sidecar-new-connection", 32) { Script = Work.CloseEach },
    ];

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        var results = await new Turns(BenchOptions.Sidecar, options.Rounds).RunAsync(
            Names, Works, peer => OwnLab.StartAsync(lab => StartAsync(lab, peer, options.Seconds)), stop);
        return new Section(BenchOptions.Sidecar, Peers.Straight, Comparison.Rate, results)
        {
            Proxies = [HaproxySidecars, NginxSidecars],
        };
    }

    private static async Task<IRunningPeer> StartAsync(BenchLab lab, string peer, int seconds)
    {
        var work = Works[0];
        if (peer is HaproxySidecars or NginxSidecars)
        {
            foreach (var (place, port, server) in ((string, int, string)[])
                [("client", OutPort, $"{lab.Server}"), ("server", InPort, $"127.0.0.1:{lab.Server.Port}")])
            {
                var directory = lab.NginxDirectory(place);
                await (peer == NginxSidecars
                    ? lab.StartNginxAsync(
                        place, PeerFiles.Nginx(directory, server, work, port, "nobody nogroup"), port)
                    : lab.StartHaproxyAsync(
                        place, PeerFiles.Haproxy(server, work, $":{port}", $"uid {Iptables.SidecarUser}"), port));
            }

            await new Iptables(lab.Lab, "client").RedirectLeavingAsync(OutPort);
            await new Iptables(lab.Lab, "server").RedirectArrivingAsync(Testing.LabNode.InterfaceName, InPort);
        }
        else if (peer != Peers.Straight)
        {
            await lab.StartAgentAsync(Peers.LaneMode(peer), PeerFiles.PolicyOnBothSides(work));
        }

        return new HttpPeer(lab, lab.Server, seconds)
        {
            Enforces = peer != Peers.Straight,
        };
    }
}
