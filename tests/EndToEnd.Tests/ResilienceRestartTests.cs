using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;
using Xunit.Abstractions;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>An agent that is killed under load, again and again: never an open door, and nothing leaks.</summary>
[Collection("kernel")]
public sealed class ResilienceRestartTests(ITestOutputHelper output)
{
    private const int Peers = 100;
    private const int Kills = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task AgentKilledUnderLoad_NoDoorOpens_NewConnectionsWorkAfterTheRestart_NothingLeaks()
    {
        var leaks = LeakCheck.Start(new LeakOptions
        {
            Kinds = LeakKinds.Namespaces | LeakKinds.Links | LeakKinds.TrafficControl | LeakKinds.Routing | LeakKinds.Pins
                | LeakKinds.Processes,
            IsOurPin = path => path.Contains($"-{Environment.ProcessId}-", StringComparison.Ordinal),
        });
        var kernelIds = new HashSet<(string Kind, uint Id)>();
        await using (var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1 + "\n" + """
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
                toPorts: [ { ports: [ { port: "90", protocol: TCP } ] } ]
            """)))
        {
            await using var load = await Load.StartAsync(scene, Peers);
            await Wait.UntilAsync(() => load.ServedPeers(0) == Peers, Limit, "all clients to be served", load.ToString);
            for (var kill = 1; kill <= Kills; kill++)
            {
                var former = await ReadKernelIdsAsync(scene);
                kernelIds.UnionWith(former);
                scene.Agent.Signal("KILL");
                await scene.Agent.WaitForExitAsync(Wait.Patience);

                load.AgentIsDead(true);
                var refused = load.Refused;
                var plain = load.Plain;
                await Wait.UntilAsync(
                    () => load.Refused >= refused + Peers
                    && load.Plain >= plain + 5, Limit, "clients to knock at the closed door",
                    load.ToString);
                load.AgentIsDead(false);

                var clock = Stopwatch.StartNew();
                var restarting = scene.StartAgentAsync();
                var epoch = load.NextEpoch();
                await Wait.UntilAsync(
                    () => load.ServedPeers(epoch) > 0, Wait.Patience, "the first new connection", load.ToString);
                var first = clock.Elapsed;
                await restarting;
                output.WriteLine(
                    $"kill {kill}: first request served {first.TotalMilliseconds:0} ms after the process was started");
                await Wait.UntilAsync(
                    () => load.ServedPeers(epoch) == Peers, Limit, "all clients to be served again", load.ToString);

                var present = await ReadKernelIdsAsync(scene);
                kernelIds.UnionWith(present);
                Assert.Equal(Count(former, "prog"), Count(present, "prog"));
                await Wait.UntilAsync(
                    () => former.Except(present).All(IsGone), Wait.Patience,
                    "the former agent's programs to be freed");
            }

            await load.StopAsync();
            Assert.Empty(load.Breaches);
            Assert.True(await scene.DropsAsync("NoProxy") >= Kills * Peers);
            await Wait.UntilAsync(
                async () => (await scene.ReadStatusAsync()).OpenConnections == 0, Wait.Patience,
                "the proxy's connections to end");
            await Wait.UntilAsync(
                () => Sockets(scene.Agent.Id) < 20, Wait.Patience, "the agent's sockets to be closed",
                () => $"{Sockets(scene.Agent.Id)} sockets");
        }

        await Wait.UntilAsync(
            () => kernelIds.All(IsGone), Wait.Patience, "all programs and maps to be freed",
            () => string.Join(' ', kernelIds.Where(k => !IsGone(k))));
        await leaks.AssertNothingLeftAsync(Wait.Patience);
    }

    private static int Count(IEnumerable<(string Kind, uint Id)> ids, string kind) => ids.Count(i => i.Kind == kind);

    private static bool IsGone((string Kind, uint Id) item) =>
        Command.TryRun(null, "bpftool", item.Kind, "show", "id", $"{item.Id}").ExitCode != 0;

    private static int Sockets(int process) => Directory.GetFiles($"/proc/{process}/fd")
        .Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static async Task<HashSet<(string Kind, uint Id)>> ReadKernelIdsAsync(Scene scene)
    {
        using var report = JsonDocument.Parse(await scene.ReadAdminAsync("v1/bpf"));
        IEnumerable<(string, uint)> Ids(string property, string kind) => report.RootElement.GetProperty(property)
            .EnumerateArray().Select(e => (kind, e.GetProperty("id").GetUInt32()));
        return [.. Ids("programs", "prog"), .. Ids("maps", "map")];
    }

    /// <summary>Clients that never give up, and never see what they must not.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private static readonly TimeSpan Knock = TimeSpan.FromSeconds(1);
        private readonly Scene _scene;
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentQueue<string> _breaches = [];
        private readonly int[] _served;
        private readonly List<Task> _tasks = [];
        private TestHttpServer? _closed;
        private TestHttpServer? _plainServer;
        private int _epoch;
        private int _dead;
        private int _deaths;
        private int _refused;
        private int _plain;
        private int _atServer;

        private Load(Scene scene, int peers)
        {
            _scene = scene;
            _served = new int[peers];
            Array.Fill(_served, -1);
        }

        public IReadOnlyCollection<string> Breaches => _breaches;

        /// <summary>Connections to the port with L7 rules that nobody answered while the agent was dead.</summary>
        public int Refused => Volatile.Read(ref _refused);

        /// <summary>Requests served on the port without.</summary>
        public int Plain => Volatile.Read(ref _plain);

        public static async Task<Load> StartAsync(Scene scene, int peers)
        {
            var load = new Load(scene, peers);
            var server = scene.Lab["server"].Namespace;
            load._closed =
                await TestHttpServer.StartAsync(server, new IPEndPoint(IPAddress.Any, 80), handler: async context =>
            {
                Interlocked.Increment(ref load._atServer);
                if (context.Request.Method != "GET"
                    || !context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
                {
                    load._breaches.Enqueue($"the server got {context.Request.Method} {context.Request.Path}");
                }

                context.Response.ContentLength = 2;
                await context.Response.Body.WriteAsync("ok"u8.ToArray());
            });
            load._plainServer =
                await TestHttpServer.StartAsync(server, new IPEndPoint(IPAddress.Any, 90), handler: async context =>
            {
                context.Response.ContentLength = 2;
                await context.Response.Body.WriteAsync("ok"u8.ToArray());
            });
            load._tasks.AddRange(Enumerable.Range(0, peers).Select(load.KeepAskingAsync));
            load._tasks.Add(load.AskPlainAsync());
            load._tasks.Add(load.KnockAsStrangerAsync());
            return load;
        }

        public int ServedPeers(int epoch) => _served.Count(s => s >= epoch);

        public int NextEpoch() => Interlocked.Increment(ref _epoch);

        public void AgentIsDead(bool dead)
        {
            if (dead)
            {
                Interlocked.Increment(ref _deaths);
            }

            Volatile.Write(ref _dead, dead ? Volatile.Read(ref _deaths) : 0);
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_tasks).WaitAsync(Limit);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await _closed!.DisposeAsync();
            await _plainServer!.DisposeAsync();
            _stop.Dispose();
        }

        public override string ToString() =>
            $"epoch {_epoch}, served {ServedPeers(_epoch)}, refused {Refused}, plain {Plain}, at the server {_atServer}, "
            + $"breaches: {string.Join("; ", _breaches.Take(5))}\n{_scene.Agent.Captured()}";

        /// <summary>
        /// One connection, kept as long as it lasts, then another; every third is given up early for a new one.
        /// </summary>
        private async Task KeepAskingAsync(int number)
        {
            await Task.Yield();
            while (!_stop.IsCancellationRequested)
            {
                var dead = Volatile.Read(ref _dead);
                try
                {
                    using var peer =
                        await HttpPeer.ConnectAsync(_scene.InNamespace("client"), _scene.Server(false), Knock);

                    // Known once it is made: nobody but the new agent could complete it after the former one's death.
                    var epoch = Volatile.Read(ref _epoch);
                    if (dead != 0 && Volatile.Read(ref _dead) == dead)
                    {
                        _breaches.Enqueue("a connection was made while no proxy was there");
                    }

                    for (var i = 0; !_stop.IsCancellationRequested && (number % 3 != 0 || i < 5); i++)
                    {
                        Expect(200, (await peer.AskAsync("GET /v1/x")).Status, "GET /v1/x");
                        Expect(403, (await peer.AskAsync("PUT /v1/exhaust-port")).Status, "PUT /v1/exhaust-port");
                        Volatile.Write(ref _served[number], epoch);
                        await Task.Delay(20);
                    }
                }
                catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
                {
                    if (dead != 0)
                    {
                        Interlocked.Increment(ref _refused);
                    }
                }
            }
        }

        private async Task AskPlainAsync()
        {
            await Task.Yield();
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    Expect(200, await _scene.GetAsync("client", _scene.Server(false, 90), "GET /"), "GET / on port 90");
                    Interlocked.Increment(ref _plain);
                }
                catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
                {
                    _breaches.Enqueue($"the port without L7 rules failed: {e.Message}");
                }

                await Task.Delay(20);
            }
        }

        private async Task KnockAsStrangerAsync()
        {
            await Task.Yield();
            for (var port = 80; !_stop.IsCancellationRequested; port = port == 80 ? 90 : 80)
            {
                if (await _scene.CanConnectAsync("stranger", _scene.Server(false, port)))
                {
                    _breaches.Enqueue($"a stranger was let in at port {port}");
                }
            }
        }

        private void Expect(int expected, int status, string what)
        {
            if (status != expected)
            {
                _breaches.Enqueue($"{what} was answered {status}");
            }
        }
    }
}
