using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Testing;

/// <summary>
/// A process inside a namespace. Started through nsenter, which replaces itself by the program, so that the process id
/// is the program's; <c>ip netns exec</c> would remount /sys and hide bpffs and cgroups.
/// </summary>
public sealed class NetnsProcess : IAsyncDisposable, IDisposable
{
    private readonly Lock gate = new();
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly Process process;
    private readonly NetworkNamespace networkNamespace;
    private readonly string description;
    private int endedStreams;
    private int disposed;

    private NetnsProcess(Process process, NetworkNamespace networkNamespace, string description)
    {
        this.process = process;
        this.networkNamespace = networkNamespace;
        this.description = description;
    }

    /// <summary>Process id of the program itself.</summary>
    public int Id => process.Id;

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes => long.Parse(
        File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    /// <summary>The process has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Exit code of a process that has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (gate)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (gate)
            {
                return error.ToString();
            }
        }
    }

    /// <summary>Starts a program in the namespace <c>/run/netns/NAME</c>.</summary>
    /// <param name="namespaceName">Full name, as in <c>ip netns list</c>.</param>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">One by one, no shell.</param>
    /// <param name="environment">Added to the environment of this process.</param>
    /// <param name="workingDirectory">Null for the current one.</param>
    public static NetnsProcess Start(
        string namespaceName,
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var start = new ProcessStartInfo("nsenter")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var argument in (string[])[$"--net=/run/netns/{namespaceName}", "--", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // A .NET program that is killed would leave its diagnostics sockets and pipes in the temporary directory.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var place = NetworkNamespace.Open(namespaceName);
        try
        {
            var description = $"'{program} {string.Join(' ', arguments)}' in {namespaceName}";
            var started = new NetnsProcess(new Process { StartInfo = start }, place, description);
            started.Begin();
            return started;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>Writes a line to its standard input.</summary>
    public void WriteLine(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    /// <summary>Waits for a text in standard output or error.</summary>
    public Task WaitForTextAsync(string text, TimeSpan timeout) => WaitAsync(
        () => Output.Contains(text, StringComparison.Ordinal) || Error.Contains(text, StringComparison.Ordinal),
        timeout,
        $"'{text}' from {description}");

    /// <summary>Waits until a TCP port accepts connections, tried from inside the namespace.</summary>
    public Task WaitForPortAsync(IPEndPoint endPoint, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return WaitAsync(
            () =>
            {
                using var socket = networkNamespace.Run(
                    () => new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
                try
                {
                    socket.Connect(endPoint);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            timeout,
            $"{endPoint} to be opened by {description}");
    }

    /// <summary>Waits for the end and for all of its output.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"waited {timeout.TotalSeconds:0.#} s for {description} to end\n{Captured()}");
        }

        return process.ExitCode;
    }

    /// <summary>Sends a signal (<c>TERM</c>, <c>INT</c>, <c>KILL</c>, ...) to it alone.</summary>
    public void Signal(string name)
    {
        if (!process.HasExited)
        {
            Command.TryRun(null, "kill", $"-{name}", $"{process.Id}");
        }
    }

    /// <summary>Everything captured, for failure messages.</summary>
    public string Captured()
    {
        var state = process.HasExited ? $"ended with {process.ExitCode}" : $"still running as {process.Id}";
        return $"{description}: {state}\n--- stdout\n{Output}--- stderr\n{Error}";
    }

    /// <summary>Kills it with all its children and waits for the end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Ended meanwhile.
        }

        var ended = process.WaitForExit(Wait.Patience);
        process.Dispose();
        networkNamespace.Dispose();
        if (!ended)
        {
            throw new TimeoutException($"{description} survived SIGKILL for {Wait.Patience.TotalSeconds} s");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Begin()
    {
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A process may be gone before its last words are here.</summary>
    private bool HasSaidAll()
    {
        lock (gate)
        {
            return endedStreams == 2 && process.HasExited;
        }
    }

    private void Append(StringBuilder target, string? line)
    {
        lock (gate)
        {
            if (line is not null)
            {
                target.Append(line).Append('\n');
            }
            else
            {
                endedStreams++;
            }
        }
    }

    private Task WaitAsync(Func<bool> condition, TimeSpan timeout, string what) => Wait.UntilAsync(
        () => condition() || (HasSaidAll() && !condition()
            ? throw new EndOfStreamException($"{what}: the process is gone\n{Captured()}")
            : false),
        HasSaidAll() ? TimeSpan.Zero : timeout,
        what,
        Captured);
}
