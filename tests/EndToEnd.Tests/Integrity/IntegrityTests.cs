using System.Globalization;
using System.Net;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// Not one wrong, lost, doubled or reordered byte, whoever decides. <c>JUMPGATE_INTEGRITY_PAIRS</c> sets the number of
/// request/response pairs (the long run: 1000000), <c>JUMPGATE_INTEGRITY_SEED</c> repeats a run's plan, and with
/// <c>JUMPGATE_INTEGRITY_CONNECTION</c>=N and <c>JUMPGATE_INTEGRITY_WORKERS</c>=1 that of one connection.
/// <c>JUMPGATE_INTEGRITY_DEPTH</c>=1 sends one request at a time.
/// </summary>
[Collection("kernel")]
public sealed class IntegrityTests
{
    private static readonly int Workers = (int)Setting("JUMPGATE_INTEGRITY_WORKERS", 24);
    private static readonly long Pairs = Setting("JUMPGATE_INTEGRITY_PAIRS", 20_000);
    private static readonly ulong Seed =
        (ulong)Setting("JUMPGATE_INTEGRITY_SEED", Random.Shared.Next(1, int.MaxValue));

    [Fact]
    public async Task Lanes_MixedRequestsWhilePoliciesChange_EveryByteIsRight()
    {
        await using var scene = Scene.Prepare(IntegrityPolicies.Server(0), IntegrityPolicies.Client(0));
        scene.MoreAgentOptions =
            ["--lanes", Environment.GetEnvironmentVariable("JUMPGATE_INTEGRITY_LANES") ?? "policy"];
        await scene.StartAgentAsync();
        using var server = new IntegrityServer(Seed, scene.InNamespace("server"), 80, 81);
        var client = new IntegrityClient(
            Seed,
            scene.InNamespace("client"),
            [.. ((int[])[80, 80, 81]).SelectMany(p => (IPEndPoint[])[scene.Server(false, p), scene.Server(true, p)])])
        {
            MaxDepth = (int)Setting("JUMPGATE_INTEGRITY_DEPTH", 21),
            FirstConnection = Setting("JUMPGATE_INTEGRITY_CONNECTION", 1) - 1,
        };

        using var done = new CancellationTokenSource();
        var changing = ChangePoliciesAsync(scene, done.Token);
        await client.RunAsync(Workers, Pairs);
        await done.CancelAsync();
        var revisions = await changing;

        var decided = (await scene.ReadLanesAsync()).Requests.GetValueOrDefault("decided");
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {Seed}: {client.Tally.Pairs} pairs, {decided} in the kernel, {revisions} policies, {client.Tally.Bytes} bytes of bodies");
        Console.WriteLine(report);
        string[] wrongs =
        [
            .. client.Tally.Wrongs, .. server.Tally.Wrongs,
            .. ((string?[])[client.Tally.FirstBreak, server.Tally.FirstBreak]).OfType<string>(),
        ];
        Assert.True(wrongs.Length == 0, $"{report}\n{string.Join('\n', wrongs)}\n{scene.Agent.Captured()}");
        Assert.True(client.Tally.Pairs >= Pairs, report);
        // Less would prove little about the kernel, or little about the proxy.
        Assert.InRange((double)decided / client.Tally.Pairs, 0.1, 0.9);
        Assert.True(revisions > 2, report);
    }

    /// <returns>How many policies came into force.</returns>
    private static async Task<int> ChangePoliciesAsync(Scene scene, CancellationToken done)
    {
        for (var turn = 1; ; turn++)
        {
            await scene.ApplyAsync(turn % 2 == 0 ? "p0.yaml" : "p1.yaml", turn % 2 == 0
                ? IntegrityPolicies.Server(turn / 2)
                : IntegrityPolicies.Client((turn + 1) / 2));
            try
            {
                await Task.Delay(250, done);
            }
            catch (OperationCanceledException)
            {
                return turn;
            }
        }
    }

    internal static long Setting(string name, long fallback) =>
        long.TryParse(
            Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : fallback;
}
