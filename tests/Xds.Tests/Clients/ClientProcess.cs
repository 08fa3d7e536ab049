using System.Diagnostics;
using System.Text;
using Jumpgate.Testing;

namespace Jumpgate.Xds.Tests.Clients;

/// <summary>A client in another language: answers each line on its standard input with one line.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ClientProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(e.Data);
            }
        };
        process.BeginErrorReadLine();
    }

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Clients", "scripts", name);

    /// <summary>Where the packages of build/npm are.</summary>
    public static string NodeModules => FindNodeModules();

    public static ClientProcess Python(
        string script, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("/usr/bin/python3", environment, [Script(script), .. arguments]);

    /// <summary>A script that lies elsewhere.</summary>
    public static ClientProcess PythonFile(
        string file, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments) =>
        Start("/usr/bin/python3", environment, [file, .. arguments]);

    /// <inheritdoc cref="PythonFile"/>
    public static ClientProcess NodeFile(
        string file, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments) =>
        Start("node", environment, [file, NodeModules, .. arguments]);

    public static ClientProcess Node(
        string script, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("node", environment, [Script(script), NodeModules, .. arguments]);

    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await NextLineAsync();
    }

    public async Task<string> NextLineAsync()
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        try
        {
            return await _process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException($"the client has ended: {Errors}");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no answer from the client: {Errors}");
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
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

    private static ClientProcess Start(
        string program, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        // Whatever the machine's proxy is, it is not for loopback.
        start.Environment["no_proxy"] = "127.0.0.1,localhost";
        return new ClientProcess(Process.Start(start)!);
    }

    private static string FindNodeModules()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var modules = Path.Combine(folder.FullName, "build", "npm", "node_modules");
            if (Directory.Exists(modules))
            {
                return modules;
            }
        }

        throw new InvalidOperationException("build/npm/node_modules is missing: run build/restore-protos");
    }
}
