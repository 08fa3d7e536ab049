using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks.Redirect;

/// <summary>
/// The same sidecar beside the client, an haproxy that asks for <c>SO_ORIGINAL_DST</c> of every connection: behind
/// iptables REDIRECT in the client's namespace, and behind Jumpgate's sidecar mode. Every request is a new
/// connection, or there is none: the sidecar asks where the connection goes, and closes it.
/// </summary>
internal static class ConnectBench
{
    private const string Asked = "no redirect";
    private const string Redirect = "iptables-redirect";
    private const string SidecarMode = "jumpgate-sidecar-mode";

    private static readonly string[] Names = [Asked, Redirect, SidecarMode];

    private static readonly Work[] Works =
    [
        new("connect-only", 4) { Load = Load.Connect },
        new("connect-answered-by-sidecar", 32) { Script = Work.CloseEach, Path = Work.AnsweredByProxy },
        new("connect-forwarded", 32) { Script = Work.CloseEach },
    ];

    /// <summary>Of the node's side, without a proxy: the same for both, since iptables knows none.</summary>
    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: bench }
        spec:
          endpointSelector: { matchLabels: { class: server } }
          ingress:
            - fromEndpoints: [{ matchLabels: { class: client } }]
              toPorts: [{ ports: [{ port: "80", protocol: TCP }] }]

        """;

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        var results = await new Turns(BenchOptions.Connect, options.Rounds).RunAsync(
            Names, Works, peer => OwnLab.StartAsync(lab => StartAsync(lab, peer, options.Seconds)), stop);
        return new Section(BenchOptions.Connect, Redirect, Comparison.Rate, results);
    }

    private static async Task<IRunningPeer> StartAsync(BenchLab lab, string peer, int seconds)
    {
        var sidecar = new ConnectPeer(lab, seconds) { IsRedirected = peer != Asked };
        try
        {
            await sidecar.StartSidecarAsync();
            switch (peer)
            {
                case Redirect:
                    await new Iptables(lab.Lab, "client").RedirectLeavingAsync(ConnectPeer.Port);
                    break;
                case SidecarMode:
                    await lab.StartAgentAsync(Peers.LaneMode(Peers.UserSpace), Policy, client: sidecar.Block);
                    break;
            }

            return sidecar;
        }
        catch
        {
            await sidecar.DisposeAsync();
            throw;
        }
    }
}
