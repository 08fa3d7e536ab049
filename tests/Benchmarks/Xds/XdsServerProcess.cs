using System.Diagnostics;
using System.Globalization;

namespace Jumpgate.Benchmarks.Xds;

/// <summary>This program as <see cref="XdsServerCommand"/>.</summary>
internal sealed class XdsServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;

    private XdsServerProcess(Process process) => _process = process;

    public int Port { get; private set; }

    public static async Task<XdsServerProcess> StartAsync(int resources, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(typeof(XdsServerProcess).Assembly.Location);
        start.ArgumentList.Add(XdsServerCommand.Name);
        start.ArgumentList.Add(resources.ToString(CultureInfo.InvariantCulture));
        var server = new XdsServerProcess(Process.Start(start)!);
        try
        {
            server.Port = (int)(await server.ReadAsync(stop))[0];
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <returns>The numbers of its answer.</returns>
    public async Task<long[]> AskAsync(string line, CancellationToken stop)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), stop);
        await _process.StandardInput.FlushAsync(stop);
        return await ReadAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<long[]> ReadAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            var line = await _process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException("the xDS server has ended");
            return [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException("the xDS server does not answer");
        }
    }
}
