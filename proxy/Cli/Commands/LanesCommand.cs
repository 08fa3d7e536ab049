using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate lanes list</c> and <c>jumpgate lanes set</c>.</summary>
internal static class LanesCommand
{
    public static Command Create() => new("lanes", "Socket pairs that the kernel joins directly.")
    {
        ReportCommands.List<LaneListReport>("Lists lanes and what the kernel decided in them.", "v1/lanes", Write),
        Set(),
    };

    private static Command Set()
    {
        var mode = new Argument<string>("mode") { Description = "off, short-circuit or policy." };
        mode.AcceptOnlyFromAmong("off", "short-circuit", "policy");
        var socket = CommonOptions.AdminSocket();
        var command = new Command("set", "Says what joined sockets may do at most, from now on.") { mode, socket };
        command.SetAction((parsed, cancellation) =>
            AdminCommand.RunAsync(parsed.GetRequiredValue(socket), async client =>
        {
            var error = await client.PutAsync($"v1/lanes/mode/{parsed.GetRequiredValue(mode)}", cancellation);
            if (error is not null)
            {
                await Console.Error.WriteLineAsync($"jumpgate: {error}");
                return ExitCode.Failure;
            }

            return ExitCode.Success;
        }));
        return command;
    }

    private static readonly double[] Parts = [0.5, 0.9, 0.99];

    private static void Write(LaneListReport report)
    {
        Console.WriteLine(report.OffBecause is null
            ? $"mode {report.Mode}, {report.Lanes.Count} lanes, {report.MemoryBytes} bytes of automata"
            : $"no lanes: {report.OffBecause}");
        if (report.OffBecause is not null)
        {
            return;
        }

        Console.WriteLine($"requests: {Counts(report.Requests)}");
        Console.WriteLine($"responses: {Counts(report.Responses)}");
        Console.WriteLine($"microseconds: {Latencies(report.LatencyMicroseconds)}");
        foreach (var set in report.RuleSets)
        {
            Console.WriteLine(
                $"rules of {set.Policies}: {(set.Bytes > 0 ? $"{set.Bytes} bytes in the kernel" : "the proxy decides")}"
                + (set.Reason is null ? string.Empty : $", {set.Reason}"));
        }

        Console.WriteLine();
        Table.Write(
            Console.Out,
            ["CLIENT", "SERVER", "STATE", "REQUESTS", "BYTES IN", "BYTES OUT", "UNDER WAY", "IDLE", "LAST REASON"],
            report.Lanes.Select(l => (IReadOnlyList<string>)[
                l.Client, l.Server, l.State, Number(l.Requests), Number(l.RequestBytes), Number(l.ResponseBytes),
                Number(l.UnderWay), string.Create(CultureInfo.InvariantCulture, $"{l.IdleSeconds:0.0}s"),
                l.LastReason ?? "-"]));
        Console.WriteLine();
        Console.WriteLine(
            $"pairs without L7 rules: {Number(report.Direct.Joined)} joined, left: {Counts(report.Direct.Left)}");
        Console.WriteLine();
        Table.Write(
            Console.Out,
            ["CLIENT", "SERVER", "STATE", "BYTES IN", "BYTES OUT", "REASON", "SIDECAR"],
            report.Direct.Pairs.Select(p => (IReadOnlyList<string>)[
                p.Client, p.Server, p.State, Number(p.BytesIn), Number(p.BytesOut), p.Reason
                    ?? "-", p.Sidecar ?? "-"]));
    }

    /// <summary>Half of the requests took less than the first figure, and so on.</summary>
    private static string Latencies(IReadOnlyDictionary<string, ulong> counts)
    {
        var all = counts.Values.Aggregate(0ul, (sum, count) => sum + count);
        return all == 0 ? "none" : string.Join(", ", Parts.Select(part => string.Create(
            CultureInfo.InvariantCulture, $"p{part * 100:0} < {Below(counts, part * all)}")));
    }

    private static string Below(IReadOnlyDictionary<string, ulong> counts, double wanted)
    {
        var sum = 0ul;
        return counts.First(bucket => (sum += bucket.Value) >= wanted).Key;
    }

    private static string Counts(IReadOnlyDictionary<string, ulong> counts) =>
        string.Join(
            ", ", counts.Where(c => c.Value > 0).Select(c => $"{c.Key} {Number(c.Value)}").DefaultIfEmpty("none"));

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
