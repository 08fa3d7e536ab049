using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate envoy config</c>: what a node would get, as Envoy's own JSON.</summary>
internal static class EnvoyConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var node = EnvoyCommand.Node();
        var profile = EnvoyCommand.Profile();
        var policies = EnvoyCommand.Policies("A file or folder of policies to take instead of those in force.");
        var socket = CommonOptions.AdminSocket();
        var command =
            new Command("config", "Shows what a node would get, as JSON; on standard error what it cannot enforce.")
        {
            node, profile, policies, socket,
        };
        command.SetAction((parsed, cancellation) =>
            AdminCommand.RunAsync(parsed.GetRequiredValue(socket), async client =>
        {
            var path = EnvoyCommand.ConfigPath(
                parsed.GetRequiredValue(node), parsed.GetRequiredValue(profile), parsed.GetValue(policies));
            if (await EnvoyCommand.AskAsync(client, path, cancellation) is not { } report)
            {
                return ExitCode.Failure;
            }

            JsonNode[] resources = [.. report.Resources.Select(r => r.Resource.DeepClone())];
            Console.WriteLine(new JsonObject { ["resources"] = new JsonArray(resources) }.ToJsonString(Indented));
            EnvoyCommand.WriteRemarks(report);
            return ExitCode.Success;
        }));
        return command;
    }
}
