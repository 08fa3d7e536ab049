using System.Net.Sockets;

namespace Jumpgate.Benchmarks;

/// <summary>
/// Takes peers in turn, round by round, each started anew for its turn and gone before the next one's. The order moves
/// on by one with each round: nobody is always first.
/// </summary>
/// <param name="section">For progress.</param>
/// <param name="rounds">How often.</param>
internal sealed class Turns(string section, int rounds)
{
    /// <param name="peers">By name.</param>
    /// <param name="works">What each does in its turn, one after the other.</param>
    /// <param name="start">Makes a peer ready for these works; fails with a reason in one line.</param>
    /// <param name="stop">Ends it between two measurements.</param>
    /// <returns>Work by work, peer by peer. One that failed once is not tried at that work again.</returns>
    public async Task<IReadOnlyList<Result<Measurement>>> RunAsync(
        IReadOnlyList<string> peers,
        IReadOnlyList<Work> works,
        Func<string, Task<IRunningPeer>> start,
        CancellationToken stop)
    {
        var figures = works.SelectMany(work => peers.Select(peer => (work.Name, peer)))
            .ToDictionary(key => key, _ => new List<Measurement>());
        var unavailable = new Dictionary<(string Work, string Peer), string>();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < peers.Count; turn++)
            {
                stop.ThrowIfCancellationRequested();
                var peer = peers[(turn + round) % peers.Count];
                var left = works.Where(work => !unavailable.ContainsKey((work.Name, peer))).ToList();
                if (left.Count == 0)
                {
                    continue;
                }

                try
                {
                    Progress(round, peer, "start");
                    await using var running = await start(peer);
                    foreach (var work in left)
                    {
                        stop.ThrowIfCancellationRequested();
                        Progress(round, peer, work.Name);
                        try
                        {
                            figures[(work.Name, peer)].Add(await running.MeasureAsync(work));
                        }
                        catch (Exception e) when (IsReason(e))
                        {
                            unavailable[(work.Name, peer)] = FirstLine(e);
                        }
                    }
                }
                catch (Exception e) when (IsReason(e))
                {
                    left.ForEach(work => unavailable.TryAdd((work.Name, peer), FirstLine(e)));
                }
            }
        }

        Console.Error.WriteLine();
        return
        [
            .. works.SelectMany(work => peers.Select(peer => new Result<Measurement>(
                work.Name, peer, figures[(work.Name, peer)], unavailable.GetValueOrDefault((work.Name, peer))))),
        ];
    }

    private static bool IsReason(Exception e) => e is TimeoutException or InvalidOperationException or SocketException
        or HttpRequestException or OperationCanceledException { InnerException: TimeoutException } or FormatException
        or Bpf.DatapathException;

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0];

    private void Progress(int round, string peer, string what) =>
        Console.Error.Write($"\r{section}, round {round + 1} of {rounds}: {peer + ", " + what,-56}");
}
