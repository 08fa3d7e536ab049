using System.CommandLine;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.Agent.Flows;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate monitor</c>: one line per flow event, live.</summary>
internal static class MonitorCommand
{
    public static Command Create()
    {
        var socket = CommonOptions.AdminSocket();
        var json = CommonOptions.Json();
        var verdict =
            new Option<string?>("--verdict") { Description = "Only FORWARDED, DROPPED, REDIRECTED, AUDIT or ERROR." };
        var workload = new Option<string?>("--workload") { Description = "Only flows from or to this workload." };
        var protocol = new Option<string?>("--protocol") { Description = "Only http, kafka, tcp, udp or icmp." };
        var last = new Option<int?>("--last") { Description = "Show the last N recorded events and end." };
        var command = new Command("monitor", "Shows flow events as they happen.")
        {
            verdict, workload, protocol, last, json, socket,
        };
        command.SetAction((parsed, cancellation) =>
            AdminCommand.RunAsync(parsed.GetRequiredValue(socket), async client =>
        {
            var filter = new FlowFilter(parsed.GetValue(verdict), parsed.GetValue(workload), parsed.GetValue(protocol));
            var count = parsed.GetValue(last);
            // With a filter, the last N are the last N that pass it: all that is kept is asked for.
            using var reader = await client.OpenAsync(
                count is null ? "v1/events?follow=true"
                : $"v1/events?last={(filter.IsEmpty ? count : int.MaxValue)}", cancellation);
            var lines = new Queue<string>();
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                if (Show(line, filter, parsed.GetValue(json)) is not { } text)
                {
                    continue;
                }

                if (count is null)
                {
                    Console.WriteLine(text);
                    continue;
                }

                lines.Enqueue(text);
                if (lines.Count > count)
                {
                    lines.Dequeue();
                }
            }

            foreach (var text in lines)
            {
                Console.WriteLine(text);
            }

            return ExitCode.Success;
        }));
        return command;
    }

    private static string? Show(string line, FlowFilter filter, bool json)
    {
        if (line.StartsWith("{\"lost_events\"", StringComparison.Ordinal))
        {
            return line;
        }

        var record = JsonSerializer.Deserialize<FlowRecord>(line, AdminJson.Options)!;
        return !filter.Passes(record) ? null : json ? line : FlowText.Format(record);
    }
}
