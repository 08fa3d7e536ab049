using System.CommandLine;
using Jumpgate.Agent;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate cleanup</c>: the machine as it was before.</summary>
internal static class CleanupCommand
{
    public static Command Create()
    {
        var pins = CommonOptions.PinDirectory();
        var state = CommonOptions.StateDirectory();
        var command = new Command(
            "cleanup", "Removes programs, maps, routes, switches and state of a stopped agent.") { pins, state };
        command.SetAction(parsed =>
        {
            try
            {
                var report = JumpgateAgent.Cleanup(parsed.GetRequiredValue(pins), parsed.GetRequiredValue(state));
                Console.WriteLine($"removed {report.Pins} pins and programs from {report.Interfaces} interfaces");
                return ExitCode.Success;
            }
            catch (Exception e) when (ExitCode.Of(e) is not null)
            {
                Console.Error.WriteLine($"jumpgate: {e.Message}");
                return ExitCode.Of(e)!.Value;
            }
        });
        return command;
    }
}
