using System.Globalization;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks;

/// <summary>
/// Work before the measurement, for as long as a peer's .NET still compiles what is hot beside it: up to half a minute.
/// </summary>
internal static class WarmUp
{
    /// <summary>Processor time of the compiler in a round.</summary>
    private const double QuietSeconds = 0.005;

    /// <param name="peers">Processes; others than .NET are quiet.</param>
    /// <param name="round">Some of the work.</param>
    /// <param name="least">Rounds in any case.</param>
    /// <param name="most">Rounds at most.</param>
    public static async Task RunAsync(
        IReadOnlyCollection<NetnsProcess> peers, Func<Task> round, int least = 1, int most = 15)
    {
        var compiled = CompileSeconds(peers);
        for (var number = 1; number <= most; number++)
        {
            await round();
            var now = CompileSeconds(peers);
            if (number >= least && now - compiled < QuietSeconds)
            {
                return;
            }

            compiled = now;
        }
    }

    private static double CompileSeconds(IEnumerable<NetnsProcess> peers) =>
        peers.SelectMany(peer => Directory.EnumerateDirectories($"/proc/{peer.Id}/task")).Sum(CompileSecondsOf);

    private static double CompileSecondsOf(string thread)
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").StartsWith(".NET Tiered", StringComparison.Ordinal)
                ? long.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e9
                : 0;
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }
}
