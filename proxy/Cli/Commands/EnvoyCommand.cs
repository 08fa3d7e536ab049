using System.CommandLine;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate envoy bootstrap | config | diff</c>.</summary>
internal static class EnvoyCommand
{
    public static Command Create() =>
        new("envoy", "Envoy sidecars and gRPC applications: how they start, what they get.")
    {
        EnvoyBootstrapCommand.Create(),
        EnvoyConfigCommand.Create(),
        EnvoyDiffCommand.Create(),
    };

    public static Option<string> Node() => new("--node")
    {
        Description = "The workload's name, which is the node's ID.",
        Required = true,
    };

    public static Option<string> Profile()
    {
        var profile = new Option<string>("--profile")
        {
            Description = "sidecar: Envoy beside the workload; grpc: a gRPC application that speaks xDS itself.",
            DefaultValueFactory = _ => "sidecar",
        };
        profile.AcceptOnlyFromAmong("sidecar", "grpc");
        return profile;
    }

    public static Option<string?> Policies(string description) => new("--policies") { Description = description };

    /// <summary>A path in the agent's words: the agent's working directory is not ours.</summary>
    public static string ConfigPath(string node, string? profile, string? policies)
    {
        var path = $"v1/envoy/config?node={Uri.EscapeDataString(node)}";
        path += profile is null ? string.Empty : $"&profile={profile}";
        return policies is null ? path : $"{path}&policies={Uri.EscapeDataString(Path.GetFullPath(policies))}";
    }

    public static async Task<EnvoyReport?> AskAsync(AdminClient client, string path, CancellationToken cancellation)
    {
        var (report, error) = await client.AskAsync<EnvoyReport>(path, cancellation);
        if (report is null)
        {
            await Console.Error.WriteLineAsync($"jumpgate: {error}");
        }

        return report;
    }

    /// <summary>What is denied because the node cannot enforce it belongs beside every answer.</summary>
    public static void WriteRemarks(EnvoyReport report)
    {
        foreach (var refusal in report.Refusals)
        {
            Console.Error.WriteLine($"denied, since the node cannot enforce it: {refusal}");
        }

        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine(problem);
        }
    }
}
