using System.Net;

namespace Jumpgate.Benchmarks.Redirect;

/// <summary>
/// Ways to bring connections to a proxy that nobody has asked for. Behind iptables' and behind Jumpgate's it is the
/// same haproxy with the same rules; each in namespaces of its own, so that conntrack is there for those who need it
/// alone.
/// </summary>
internal static class RedirectBench
{
    private const string Asked = "no redirect";
    private const string Redirect = "iptables-redirect";
    private const string Transparent = "iptables-tproxy";
    private const string Tc = "tc-redirect";

    private static readonly string[] Names = [Asked, Redirect, Transparent, Tc, Peers.UserSpace];

    private static readonly Work[] Works =
    [
        new("redirect-keep-alive", 32),
        new("redirect-new-connection", 32) { Script = Work.CloseEach },
        new("redirect-answered-by-proxy", 32) { Script = Work.CloseEach, Path = Work.AnsweredByProxy },
    ];

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        var results = await new Turns(BenchOptions.Redirect, options.Rounds).RunAsync(
            Names, Works, peer => OwnLab.StartAsync(lab => StartAsync(lab, peer, options.Seconds)), stop);
        return new Section(BenchOptions.Redirect, Redirect, Comparison.Rate, results);
    }

    private static async Task<IRunningPeer> StartAsync(BenchLab lab, string peer, int seconds)
    {
        var work = Works[0];
        var target = lab.Server;
        var arriving = lab.Lab["client"].HostInterface;
        var iptables = new Iptables(lab.Lab, "node");
        Task ProxyAsync(string bind) =>
            lab.StartHaproxyAsync("node", PeerFiles.Haproxy($"{lab.Server}", work, bind), BenchLab.ProxyPort);
        IAsyncDisposable? redirect = null;
        switch (peer)
        {
            case Asked:
                target = await lab.StartAsync(Peers.Haproxy, work);
                break;
            case Redirect:
                await ProxyAsync($":{BenchLab.ProxyPort}");
                await iptables.RedirectArrivingAsync(arriving, BenchLab.ProxyPort);
                break;
            case Transparent:
                await ProxyAsync($"127.0.0.1:{BenchLab.ProxyPort} transparent");
                await iptables.ProxyArrivingAsync(arriving, BenchLab.ProxyPort);
                break;
            case Tc:
                var tc = TcRedirect.Start(lab);
                redirect = tc;
                try
                {
                    await ProxyAsync($"fd@{tc.Listener.Handle}");
                }
                catch
                {
                    await tc.DisposeAsync();
                    throw;
                }

                break;
            default:
                await lab.StartAgentAsync(Peers.LaneMode(peer), PeerFiles.Policy(work));
                break;
        }

        return new HttpPeer(lab, target, seconds)
        {
            Proxied = peer != Peers.UserSpace,
            Owned = redirect,
        };
    }
}
