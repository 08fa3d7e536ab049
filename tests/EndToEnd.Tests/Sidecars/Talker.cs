using System.Globalization;
using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>A connection that does what it is told, line by line (talker.py).</summary>
internal sealed class Talker : IAsyncDisposable
{
    private readonly NetnsProcess _process;
    private int _told;

    private Talker(NetnsProcess process) => _process = process;

    /// <summary>Its own port.</summary>
    public int Port { get; private set; }

    public string Captured() => _process.Captured();

    /// <summary>Connects; returns when a sidecar's line has come, where one is to come.</summary>
    public static async Task<Talker> ConnectAsync(
        Scene scene, string workload, string? cgroup, IPAddress address, int port, params string[] options)
    {
        string[] command = ["python3", SidecarScene.Party("talker.py"), address.ToString(), $"{port}", .. options];
        command = cgroup is null ? command : CgroupTree.Through(cgroup, command);
        var talker = new Talker(scene.Lab.Start(workload, command[0], command[1..]));
        try
        {
            await talker._process.WaitForTextAsync("port ", Wait.Patience);
            await Wait.UntilAsync(
                () => talker._process.Output.Contains('\n', StringComparison.Ordinal), Wait.Patience, "the port",
                talker.Captured);
            talker.Port = int.Parse(
                talker._process.Output.Split('\n')[0]["port ".Length..], CultureInfo.InvariantCulture);
            return talker;
        }
        catch
        {
            await talker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Its answer.</summary>
    public async Task<string> DoAsync(string what) => await EndAsync(Begin(what));

    /// <summary>Says what to do; <see cref="EndAsync"/> waits for the answer.</summary>
    public int Begin(string what)
    {
        _process.WriteLine(what);
        return _told++;
    }

    public async Task<string> EndAsync(int number)
    {
        var start = $"{number}: ";
        string? answer = null;
        await Wait.UntilAsync(
            () => (answer = Answer(start)) is not null
            || _process.HasExited, 2 * Wait.Patience, $"answer {number}", Captured);
        return answer ?? Answer(start) ?? _process.Captured();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string? Answer(string start)
    {
        var lines = _process.Output.Split('\n');
        return lines[..^1].FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..];
    }
}
