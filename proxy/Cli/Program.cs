using System.CommandLine;
using Jumpgate.Cli.Commands;

namespace Jumpgate.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Jumpgate: identity-based network and HTTP policy with BPF, without iptables.")
        {
            AgentCommand.Create(),
            StatusCommand.Create(),
            ReportCommands.Endpoint(),
            ReportCommands.Identity(),
            PolicyCommands.Create(),
            ReportCommands.Bpf(),
            LanesCommand.Create(),
            SidecarsCommand.Create(),
            XdsCommand.Create(),
            EnvoyCommand.Create(),
            MonitorCommand.Create(),
            CleanupCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"jumpgate: {error.Message}");
            }

            await Console.Error.WriteLineAsync("Try 'jumpgate --help'.");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = true });
    }
}
