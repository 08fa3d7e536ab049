using System.CommandLine;
using System.Text.Json;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli.Commands;

/// <summary>
/// <c>jumpgate envoy diff</c>: what a node has acknowledged against what it would get; with <c>--policies</c>, what it
/// would get against what it would get under others. Exits like diff(1): 0 the same, 1 differences, 2 trouble.
/// </summary>
internal static class EnvoyDiffCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var node = EnvoyCommand.Node();
        var policies = EnvoyCommand.Policies(
            "Compares the policies in force with these (a file or folder), before they are put in force.");
        var profile = EnvoyCommand.Profile();
        var socket = CommonOptions.AdminSocket();
        var command = new Command(
            "diff", "Compares what a node has acknowledged with what it would get: 0 the same, 1 differences, 2 trouble.")
        {
            node, profile, policies, socket,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var trouble = await AdminCommand.RunAsync(parsed.GetRequiredValue(socket), async client =>
            {
                var name = parsed.GetRequiredValue(node);
                var (from, to) = await AskAsync(
                    client, name, parsed.GetRequiredValue(profile), parsed.GetValue(policies), cancellation);
                return from is null || to is null ? ExitCode.Usage : Write(from, to) ? -1 : ExitCode.Success;
            });
            return trouble == -1 ? ExitCode.Failure : trouble == ExitCode.Success ? ExitCode.Success : ExitCode.Usage;
        });
        return command;
    }

    private static async Task<(EnvoyReport? From, EnvoyReport? To)> AskAsync(
        AdminClient client, string node, string profile, string? policies, CancellationToken cancellation)
    {
        if (policies is not null)
        {
            return (
                await EnvoyCommand.AskAsync(client, EnvoyCommand.ConfigPath(node, profile, null), cancellation),
                await EnvoyCommand.AskAsync(client, EnvoyCommand.ConfigPath(node, profile, policies), cancellation));
        }

        var acknowledged = await EnvoyCommand.AskAsync(
            client, $"v1/envoy/acknowledged?node={Uri.EscapeDataString(node)}", cancellation);
        return acknowledged is null
            ? (null, null)
            : (acknowledged, await EnvoyCommand.AskAsync(
                client, EnvoyCommand.ConfigPath(node, acknowledged.Profile, null), cancellation));
    }

    /// <returns>True where they differ.</returns>
    private static bool Write(EnvoyReport has, EnvoyReport gets)
    {
        var before = has.Resources.ToDictionary(r => (r.Type, r.Name));
        var after = gets.Resources.ToDictionary(r => (r.Type, r.Name));

        // A gRPC application names what it wants, and has no more than that.
        var names = has.Source == "acknowledged" && has.Profile == "grpc" ? before.Keys : before.Keys.Union(after.Keys);
        var differ = false;
        foreach (var key in names.Order())
        {
            var (old, now) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
            if (old?.Version == now?.Version)
            {
                continue;
            }

            differ = true;
            Console.WriteLine($"--- {key.Type} {key.Name} ({(old is null ? "not there" : has.Source)})");
            Console.WriteLine($"+++ {key.Type} {key.Name} ({(now is null ? "not there" : gets.Source)})");
            foreach (var line in LineDiff.Of(Lines(old), Lines(now)))
            {
                Console.WriteLine(line);
            }
        }

        EnvoyCommand.WriteRemarks(has with { Refusals = [] });
        EnvoyCommand.WriteRemarks(gets with { Refusals = [.. gets.Refusals.Except(has.Refusals)] });
        return differ || has.Problems.Count > 0;
    }

    private static string[] Lines(EnvoyResourceReport? report) =>
        report is null ? [] : report.Resource.ToJsonString(Indented).Split('\n');
}
