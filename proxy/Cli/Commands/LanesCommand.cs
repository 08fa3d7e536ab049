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
        command.SetAction((parsed, cancellation) => AdminClient.RunAsync(parsed.GetRequiredValue(socket), async client =>
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
        Console.WriteLine();
        Table.Write(
            Console.Out,
            ["CLIENT", "SERVER", "STATE", "REQUESTS", "BYTES IN", "BYTES OUT", "UNDER WAY", "IDLE", "LAST REASON"],
            report.Lanes.Select(l => (IReadOnlyList<string>)[
                l.Client, l.Server, l.State, Number(l.Requests), Number(l.RequestBytes), Number(l.ResponseBytes),
                Number(l.UnderWay), string.Create(CultureInfo.InvariantCulture, $"{l.IdleSeconds:0.0}s"),
                l.LastReason ?? "-"]));
    }

    private static string Counts(IReadOnlyDictionary<string, ulong> counts) =>
        string.Join(", ", counts.Where(c => c.Value > 0).Select(c => $"{c.Key} {Number(c.Value)}").DefaultIfEmpty("none"));

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
