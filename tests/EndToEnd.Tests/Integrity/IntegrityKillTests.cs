using System.Globalization;
using System.Net;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Lanes;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// kill -9 of client, server and agent in the middle of it: connections break, but what was delivered is right to the
/// last byte, and nothing stays behind. <c>JUMPGATE_INTEGRITY_KILLS</c> sets how often each is killed,
/// <c>JUMPGATE_INTEGRITY_SEED</c> the plan.
/// </summary>
[Collection("kernel")]
public sealed class IntegrityKillTests : IAsyncLifetime
{
    private const int Workers = 8;

    /// <summary>Pairs between two kills.</summary>
    private const int Stretch = 300;

    private static readonly int Kills = (int)IntegrityTests.Setting("JUMPGATE_INTEGRITY_KILLS", 2);
    private static readonly ulong Seed =
        (ulong)IntegrityTests.Setting("JUMPGATE_INTEGRITY_SEED", Random.Shared.Next(1, int.MaxValue));

    private readonly List<IntegrityParty> _all = [];
    private Scene _scene = null!;
    private IntegrityParty _server = null!;
    private IntegrityParty[] _clients = [];
    private int _first;

    public async Task InitializeAsync()
    {
        _scene = Scene.Prepare(IntegrityPolicies.Server(0), IntegrityPolicies.Client(0));
        _scene.MoreAgentOptions = ["--lanes", "policy"];
        try
        {
            await _scene.StartAgentAsync();
            _server = await StartServerAsync("new");
            _clients = [await StartClientAsync(), await StartClientAsync()];
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        _all.ForEach(p => p.Dispose());
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task Kill_OfClientServerAndAgent_NoByteIsWrong()
    {
        await ProgressAsync();
        for (var i = 0; i < Kills; i++)
        {
            await _clients[i % 2].KillAsync();
            _clients[i % 2] = await StartClientAsync();
            await ProgressAsync();

            await _server.KillAsync();
            _server = await StartServerAsync("successor");
            await ProgressAsync();

            _scene.Agent.Signal("KILL");
            await _scene.Agent.WaitForExitAsync(Wait.Patience);
            await _scene.StartAgentAsync();
            await ProgressAsync();
        }

        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {Seed}: {Kills} kills of each, {_all.Sum(p => p.Pairs)} pairs at both ends, "
            + $"{_all.Sum(p => p.Bytes)} bytes, {_all.Sum(p => p.Broken)} broken");
        Console.WriteLine(report);
        AssertRight();
        Assert.True(await _scene.DecidedAsync() > 0, report);

        // Who was killed has left nothing; those who live neither, once they are gone.
        foreach (var party in _all)
        {
            await party.KillAsync();
        }

        var maps = new KernelMaps(_scene);
        await Wait.UntilAsync(
            () => maps.Count("lane_pairs") + maps.Count("lane_of") + maps.Count("lane_joined") == 0,
            Wait.Patience,
            "all sockets to leave",
            () => $"{Footprint.Of(_scene)}\n{_scene.Agent.Captured()}");
        Assert.Empty((await _scene.ReadLanesAsync()).Lanes);
    }

    /// <summary>Each client gets on, and the kernel decides some of it.</summary>
    private async Task ProgressAsync()
    {
        var pairs = _clients.Select(c => c.Pairs).ToArray();
        var decided = await _scene.DecidedAsync();
        await Wait.UntilAsync(
            async () =>
            {
                AssertRight();
                return _clients.Zip(pairs).All(c => c.First.Pairs >= c.Second + Stretch)
                    && await _scene.DecidedAsync() > decided;
            },
            Wait.Patience,
            "the clients to get on",
            () => $"seed {Seed}: {string.Join("; ", _all)}\n{_scene.Agent.Captured()}");
    }

    private void AssertRight()
    {
        var wrongs = _all.SelectMany(p => p.Wrongs).ToList();
        if (wrongs.Count > 0)
        {
            // Not an assertion's exception: waiting does not make it right.
            Assert.Fail($"seed {Seed}: {string.Join('\n', wrongs)}\n{_scene.Agent.Captured()}");
        }
    }

    private async Task<IntegrityParty> StartServerAsync(string how) =>
        Add(await IntegrityParty.StartAsync(_scene, "server", $"{Seed}", how, "80", "81"));

    private async Task<IntegrityParty> StartClientAsync()
    {
        IEnumerable<IPEndPoint> targets =
            ((int[])[80, 80, 81]).SelectMany(p => (IPEndPoint[])[_scene.Server(false, p), _scene.Server(true, p)]);
        _first += 1_000_000;
        return Add(await IntegrityParty.StartAsync(
            _scene, "client", [$"{Seed}", $"{_first}", $"{Workers}", .. targets.Select(t => $"{t}")]));
    }

    private IntegrityParty Add(IntegrityParty party)
    {
        _all.Add(party);
        return party;
    }
}
