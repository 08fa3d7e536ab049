using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Kernels;

/// <summary>
/// Debian 12's Linux 6.1, the oldest that Jumpgate wants to run on, booted once in an emulator without any
/// acceleration; <c>guest-init</c> is its only process. It has no network card and no disk, and ends with the run.
/// </summary>
public sealed class OldKernel : IAsyncLifetime
{
    /// <summary>It takes some 40 s on two free cores.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(270);

    /// <summary>What the guest has said, as far as it got.</summary>
    public string Console { get; private set; } = "";

    /// <summary>The words behind the name in a line "SMOKE name ...".</summary>
    public string Said(string name)
    {
        var start = $"SMOKE {name} ";
        var line = Console.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
        Assert.True(line is not null, $"the guest did not say '{name}':\n{Console}");
        return line[start.Length..].Trim();
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var here = Path.GetDirectoryName(ThisFile())!;
        var fetched = await RunAsync(Path.Combine(here, "../../../build/fetch-kernel"));
        var kernel = fetched.Trim().Split('\n')[^1];
        using var directory = new TempDirectory();
        var image = directory.File("image.cpio");
        await RunAsync(
            Path.Combine(here, "build-image"), kernel, RuntimeEnvironment.GetRuntimeDirectory(),
            Product.Directory, image);
        // A run that is killed itself must not leave the emulator behind.
        Console = (await RunAsync(
            "timeout", "--kill-after=5", $"{Patience.TotalSeconds}",
            "qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-cpu", "max", "-smp", "2", "-m", "1024",
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio",
            "-kernel", Path.Combine(kernel, "vmlinuz"), "-initrd", image,
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off")).Replace("\r", "", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience + TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0 ? await output : throw new InvalidOperationException(
            $"{program} ended with {process.ExitCode}: {await error}\n{await output}");
    }
}
