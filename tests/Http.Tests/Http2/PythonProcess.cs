using System.Diagnostics;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>Debian's Python with grpcio: a gRPC implementation that shares no code with .NET's.</summary>
internal sealed class PythonProcess : IAsyncDisposable
{

    private readonly Process _process;
    private readonly Task<string> _errors;
    private bool _disposed;

    public PythonProcess(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in (string[])["-u", "-c", script, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["GRPC_ENABLE_FORK_SUPPORT"] = "0";
        start.Environment.Remove("http_proxy");
        start.Environment.Remove("https_proxy");
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        await using var python = new PythonProcess(script, arguments);
        using var patience = new CancellationTokenSource(Wait.Patience);
        var output = await python._process.StandardOutput.ReadToEndAsync(patience.Token);
        await python._process.WaitForExitAsync(patience.Token);
        Assert.True(python._process.ExitCode == 0, $"{output}\n{await python._errors}");
        return output;
    }

    public async Task<string> ReadLineAsync()
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        return await _process.StandardOutput.ReadLineAsync(patience.Token)
            ?? throw new InvalidOperationException($"the script has ended: {await _errors}");
    }

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
