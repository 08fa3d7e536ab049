using System.Diagnostics;
using System.Text.Json;

namespace Jumpgate.Testing;

/// <summary>Runs short commands to their end, with a bound.</summary>
public static class Command
{

    /// <summary>Runs a command and returns what it wrote to standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static string Run(string program, params IReadOnlyList<string> arguments)
    {
        var (exitCode, output, error) = TryRun(null, program, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException(
            $"'{program} {string.Join(' ', arguments)}' ended with {exitCode}: {error}{output}");
    }

    /// <summary>Runs a command that prints JSON; nothing printed reads as an empty list.</summary>
    public static JsonElement RunJson(string program, params IReadOnlyList<string> arguments)
    {
        var output = Run(program, arguments);
        using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(output) ? "[]" : output);
        return document.RootElement.Clone();
    }

    /// <summary>Runs a command whose failure is expected.</summary>
    /// <param name="input">Standard input; null for none.</param>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">One by one, no shell.</param>
    /// <exception cref="TimeoutException">It did not end in time; it was killed.</exception>
    public static (int ExitCode, string Output, string Error) TryRun(
        string? input, string program, params IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        if (!process.WaitForExit(Wait.Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"'{program} {string.Join(' ', arguments)}' did not end in {Wait.Patience.TotalSeconds} s");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
