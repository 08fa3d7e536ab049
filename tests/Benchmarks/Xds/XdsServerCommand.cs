using System.Diagnostics;
using System.Globalization;
using System.Net;
using Envoy.Config.Cluster.V3;
using Jumpgate.Xds;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Status;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Benchmarks.Xds;

/// <summary>
/// The server of <see cref="XdsBench"/>, as a process of its own: its memory and its processor time are to be seen.
/// Answers each line on its standard input with one line of numbers.
/// </summary>
internal static class XdsServerCommand
{
    public const string Name = "xds-server";

    private const string Group = "all";

    /// <summary>As long as a change may take to be accepted by all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="resources">Each node gets so many.</param>
    public static async Task RunAsync(int resources)
    {
        // No wait for further changes: what is measured is the way of one.
        var options = new XdsServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            DebounceQuiet = TimeSpan.Zero,
        };
        await using var server =
            await XdsServer.StartAsync(options, new OneGroup(), NullLogger.Instance, [], CancellationToken.None);
        var all = Enumerable.Range(0, resources).Select(number => Cluster(number, 0)).ToArray();
        server.Cache.Publish(Group, Snapshot(all));
        Console.WriteLine(server.Address.Port);
        for (var change = 1; await Console.In.ReadLineAsync() is { } line; change++)
        {
            if (line == "streams")
            {
                Console.WriteLine(Line(server.Streams.Count));
            }
            else if (line == "memory")
            {
                // What is held, not what waits to be collected.
                GC.Collect(2, GCCollectionMode.Aggressive, true, true);
                Console.WriteLine(Line(Environment.WorkingSet));
            }
            else
            {
                all[change % resources] = Cluster(change % resources, change);
                Console.WriteLine(await ChangeAsync(server, Snapshot(all)));
            }
        }
    }

    /// <returns>Microseconds until the last node has accepted it, and of processor time.</returns>
    private static async Task<string> ChangeAsync(XdsServer server, XdsSnapshot snapshot)
    {
        var before = server.Cache.Current(Group)!.Of(XdsType.Cluster.Url)!.Version;
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        server.Cache.Publish(Group, snapshot);
        while (!IsAccepted(server, before))
        {
            if (clock.Elapsed > Patience)
            {
                throw new TimeoutException("not every node accepts the change");
            }

            await Task.Delay(1);
        }

        var elapsed = clock.Elapsed;
        return $"{Line((long)elapsed.TotalMicroseconds)} "
            + Line((long)(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMicroseconds);
    }

    /// <param name="before">The version that nobody has any more.</param>
    private static bool IsAccepted(XdsServer server, string before) =>
        server.Cache.Current(Group)!.Of(XdsType.Cluster.Url)!.Version != before
        && server.Streams.Describe().All(s => s.Types.All(t => t.State == TypeSync.Synced && t.AckedVersion != before));

    private static XdsResource Cluster(int number, int change)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cluster-{number}");
        return XdsResource.Create(name, new Cluster
        {
            Name = name,
            AltStatName = string.Create(CultureInfo.InvariantCulture, $"{name}, change {change}"),
            Type = Envoy.Config.Cluster.V3.Cluster.Types.DiscoveryType.Static,
        });
    }

    private static XdsSnapshot Snapshot(IEnumerable<XdsResource> resources) =>
        XdsSnapshot.TryCreate(resources, out var snapshot, out var errors)
            ? snapshot : throw new InvalidOperationException(string.Join("; ", errors));

    private static string Line(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class OneGroup : INodeGrouping
    {
        public string? GroupOf(XdsNode node) => Group;
    }
}
