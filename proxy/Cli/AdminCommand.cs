using System.Net.Sockets;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli;

/// <summary>What every command that asks a running agent has in common.</summary>
internal static class AdminCommand
{
    /// <summary>Runs <paramref name="body"/>, and says in one line why the agent cannot be asked.</summary>
    public static async Task<int> RunAsync(string socket, Func<AdminClient, Task<int>> body)
    {
        using var client = new AdminClient(socket);
        try
        {
            return await body(client);
        }
        catch (HttpRequestException e)
        {
            var why = e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
                ? "permission denied; run as root" : "no agent answers there; start 'jumpgate agent', or name its socket with --admin-socket";
            await Console.Error.WriteLineAsync($"jumpgate: {socket}: {why}");
            return ExitCode.Failure;
        }
    }
}
