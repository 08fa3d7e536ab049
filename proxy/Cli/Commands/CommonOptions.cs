using System.CommandLine;
using Jumpgate.Agent;

namespace Jumpgate.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string> AdminSocket() => new("--admin-socket")
    {
        Description = "The agent's admin socket.",
        DefaultValueFactory = _ => AgentOptions.DefaultAdminSocket,
    };

    public static Option<string> PinDirectory() => new("--pin-dir")
    {
        Description = "Folder on a BPF file system for pinned programs and maps.",
        DefaultValueFactory = _ => AgentOptions.DefaultPinDirectory,
    };

    public static Option<string> StateDirectory() => new("--state")
    {
        Description = "Folder for state that outlives the agent.",
        DefaultValueFactory = _ => AgentOptions.DefaultStateDirectory,
    };

    public static Option<bool> Json() => new("--json") { Description = "Write JSON." };

    public static Option<string?> Secrets() => new("--secrets")
    {
        Description = "Folder with secrets as NAMESPACE/NAME/KEY.",
    };
}
