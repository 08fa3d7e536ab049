using System.Globalization;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>A client or server of the integrity test as a process of its own.</summary>
internal sealed class IntegrityParty : IDisposable
{
    private readonly NetnsProcess _process;

    private IntegrityParty(NetnsProcess process) => _process = process;

    public long Pairs => Last()[0];

    public long Bytes => Last()[1];

    public long Broken => Last()[2];

    /// <summary>What was wrong, and what is no report at all.</summary>
    public IReadOnlyList<string> Wrongs =>
    [
        .. Lines().Where(l => l.StartsWith("WRONG ", StringComparison.Ordinal)),
        .. _process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
    ];

    public static async Task<IntegrityParty> StartAsync(Scene scene, string workload, params string[] arguments)
    {
        var program = typeof(IntegrityProgram).Assembly.Location;
        var process = scene.Lab.Start(workload, "dotnet", ["exec", program, workload, .. arguments]);
        await process.WaitForTextAsync("ready", Wait.Patience);
        return new IntegrityParty(process);
    }

    public async Task KillAsync()
    {
        _process.Signal("KILL");
        await _process.WaitForExitAsync(Wait.Patience);
    }

    public void Dispose() => _process.Dispose();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Pairs} pairs, {Bytes} bytes, {Broken} broken");

    private string[] Lines() => _process.Output.Split('\n');

    private long[] Last()
    {
        // The last line may be cut.
        var line = Lines()[..^1].LastOrDefault(l => l.StartsWith("tally ", StringComparison.Ordinal)) ?? "tally 0 0 0 ";
        return [.. line.Split(' ')[1..4].Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
    }
}
