using System.CommandLine;
using System.Text.Json;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var socket = CommonOptions.AdminSocket();
        var json = CommonOptions.Json();
        var command =
            new Command("status", "Shows what the agent enforces, and what is wrong with its input.") { socket, json };
        command.SetAction((parsed, cancellation) =>
            AdminCommand.RunAsync(parsed.GetRequiredValue(socket), async client =>
        {
            var status = await client.GetAsync<StatusReport>("v1/status", cancellation);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(status, AdminJson.Options));
                return ExitCode.Success;
            }

            Console.WriteLine($"version      {status.Version}");
            Console.WriteLine($"revision     {status.Revision} (acknowledged {status.AcknowledgedRevision})");
            Console.WriteLine($"workloads    {status.Workloads} ready, {status.Waiting} waiting");
            Console.WriteLine($"policies     {status.Policies} in force, {status.Refused} errors");
            Console.WriteLine($"connections  {status.OpenConnections} open in the proxy");
            Console.WriteLine($"lanes        {status.Lanes}");
            if (status.Sidecars is not null)
            {
                Console.WriteLine($"sidecars     {status.Sidecars}");
            }

            foreach (var problem in status.Problems)
            {
                Console.WriteLine($"problem      {problem}");
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
