using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Agent.Admin;
using Jumpgate.Benchmarks.Connections;
using Jumpgate.Benchmarks.Loads;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks;

/// <summary>
/// A node and two workloads, nginx behind, wrk or h2load in front. Peers take turns: nothing of one runs while another
/// is measured.
/// </summary>
/// <param name="world">With another machine behind an uplink.</param>
/// <param name="isLoopback">Client and server are processes of the node, on its loopback.</param>
internal sealed class BenchLab(bool world = false, bool isLoopback = false) : IAsyncDisposable
{
    /// <summary>Where a proxy of the node listens.</summary>
    public const int ProxyPort = 8080;

    /// <summary>Where the server speaks HTTP/2.</summary>
    public const int GrpcPort = 81;

    /// <summary>Of gRPC: not compressed, no bytes.</summary>
    private const string EmptyMessage = "\0\0\0\0\0";

    private const string LoopbackServer = "127.7.0.1";
    private const string LoopbackClient = "127.7.0.2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lab _lab = Lab.Create(world, ["server", "client"]);
    private readonly TempDirectory _directory = new();
    private readonly string _pins = $"/sys/fs/bpf/jumpgate-bench-{Environment.ProcessId}";
    private readonly List<NetnsProcess> _peers = [];
    private NginxServer? _server;

    private string AdminSocket => _directory.File("admin.sock");

    /// <summary>For what needs more than this class has.</summary>
    public Lab Lab => _lab;

    /// <summary>Goes with the lab.</summary>
    public TempDirectory Directory => _directory;

    public string PinDirectory => _pins;

    /// <summary>What was started since the server.</summary>
    public IReadOnlyCollection<NetnsProcess> Running => _peers;

    /// <summary>How a load is started: a command becomes another one.</summary>
    public Func<string[], string[]> Through { get; set; } = command => command;

    public IPEndPoint Server => new(isLoopback ? IPAddress.Parse(LoopbackServer) : _lab["server"].IPv4, 80);

    /// <summary>The node's own address, as the client sees it.</summary>
    public IPEndPoint Proxy => new(isLoopback ? IPAddress.Loopback : _lab["client"].GatewayIPv4, ProxyPort);

    /// <summary>Where loads run.</summary>
    public string ClientPlace => isLoopback ? "node" : "client";

    public IPEndPoint GrpcServer => new(_lab["server"].IPv4, GrpcPort);

    /// <param name="connections">How many the server takes at once.</param>
    public async Task StartServerAsync(int connections = 4096)
    {
        // A new connection each time: what is measured is not a client's search for a port that rests in TIME_WAIT.
        _lab.Run(ClientPlace, UseAllPorts);
        _lab.Node.Run(() => { UseAllPorts(); });
        if (isLoopback)
        {
            // wrk cannot choose its address.
            _lab.Ip("node", $"route add local {LoopbackServer} dev lo table local src {LoopbackClient}");
        }

        var body = _directory.Write("64k", new string('x', 64 * 1024));
        _server = await NginxServer.StartAsync(_lab, isLoopback ? "node" : "server", 80, $$"""
            keepalive_timeout 1h;
            location / { return 200 "Ship landed\n"; }
            location = /v1/64k { alias {{body}}; }
            listen 0.0.0.0:{{GrpcPort}} http2;
            http2_max_requests 1000000000;
            location = {{Work.Call}} {
                default_type application/grpc;
                add_trailer grpc-status 0;
                return 200 "{{EmptyMessage}}";
            }
            """, connections);
    }

    private static bool UseAllPorts()
    {
        File.WriteAllText("/proc/sys/net/ipv4/tcp_tw_reuse", "1");
        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "1024 65535");
        return true;
    }

    /// <summary>Starts one of <see cref="Peers.All"/>; on failure nothing of it is left.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="work">For its rules and protocol.</param>
    /// <param name="policy">An agent's, in place of the one for clients of this node.</param>
    /// <returns>What the client asks.</returns>
    public async Task<IPEndPoint> StartAsync(string peer, Work work, string? policy = null)
    {
        var server = work.Load == Load.Grpc ? GrpcServer : Server;
        try
        {
            switch (peer)
            {
                case Peers.Straight:
                    return server;
                case Peers.Nginx:
                    await StartNginxAsync(
                        "node", PeerFiles.Nginx(NginxDirectory("node"), $"{server}", work, ProxyPort), ProxyPort);
                    return Proxy;
                case Peers.Haproxy:
                    await StartHaproxyAsync("node", PeerFiles.Haproxy($"{server}", work, $":{ProxyPort}"), ProxyPort);
                    return Proxy;
                default:
                    await StartAgentAsync(Peers.LaneMode(peer), policy ?? PeerFiles.Policy(work));
                    return server;
            }
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Where a proxy nginx may write.</summary>
    public string NginxDirectory(string place) =>
        System.IO.Directory.CreateDirectory(_directory.File($"nginx-{place}.d")).FullName;

    public Task StartNginxAsync(string place, string configuration, int port) => StartProxyAsync(
        place, port, "nginx", "-e", "stderr", "-p", NginxDirectory(place), "-c",
        _directory.Write($"nginx-{place}.conf", configuration));

    public Task StartHaproxyAsync(string place, string configuration, int port) =>
        StartProxyAsync(place, port, Haproxy(place, configuration));

    /// <summary>One whose command becomes another one first.</summary>
    public Task StartHaproxyAsync(string place, string configuration, int port, Func<string[], string[]> through) =>
        StartProxyAsync(place, port, through(Haproxy(place, configuration)));

    /// <summary>Starts an agent that serves both workloads.</summary>
    /// <param name="lanes">As its option.</param>
    /// <param name="policy">Its one document.</param>
    /// <param name="environment">Added to the agent's.</param>
    /// <param name="client">What the workloads file says of the client besides.</param>
    public async Task StartAgentAsync(
        string lanes, string policy, IReadOnlyDictionary<string, string>? environment = null, string? client = null)
    {
        WritePolicy(policy);
        _directory.Write("workloads.yaml", $$"""
            uplinks: [ {{(world ? "uplink" : "")}} ]
            workloads:
              - { name: server, labels: { class: server }, {{PlaceOf("server", LoopbackServer)}} }
              - { name: client, labels: { class: client }, {{PlaceOf("client", LoopbackClient)}}{{(client is null ? "" : $", {client}")}} }

            """);
        var agent = _lab.Start(
            "node",
            "dotnet",
            [
                Product.Command, "agent", "--workloads", _directory.File("workloads.yaml"), "--policies",
                _directory.File("policies"),
                "--state", _directory.File("state"), "--admin-socket", AdminSocket, "--pin-dir", _pins,
                "--lanes", lanes,
            ],
            environment);
        _peers.Add(agent);
        await agent.WaitForTextAsync("jumpgate ready", Patience);
    }

    /// <summary>Replaces the agent's policy in one step.</summary>
    public void WritePolicy(string policy) =>
        File.Move(_directory.Write("policies/.new", policy), _directory.File("policies/bench.yaml"), overwrite: true);

    public AdminClient OpenAdmin() => new(AdminSocket);

    /// <summary>Opens connections from the client, and leaves them idle.</summary>
    public void Open(IdleConnections connections, IPEndPoint target, int count, CancellationToken stop) =>
        connections.Open(_lab, "client", target, count, stop);

    /// <summary>Ends whatever was started since the server.</summary>
    public async Task StopAsync()
    {
        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        _peers.Clear();
        if (System.IO.Directory.Exists(_pins))
        {
            using var cleanup = _lab.Start(
                "node", "dotnet", Product.Command, "cleanup", "--pin-dir", _pins, "--state", _directory.File("state"));
            await cleanup.WaitForExitAsync(Patience);
        }
    }

    /// <summary>The status of one request, so that nobody is measured doing nothing.</summary>
    public int Ask(IPEndPoint target, string method, string path, string from = "client") => _lab.Run(from, () =>
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.ReceiveTimeout = 5000;
        socket.Connect(target);
        socket.Send(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: bench\r\nX-Fleet: imperial\r\nContent-Length: 0\r\n\r\n"));
        var buffer = new byte[4096];
        var text = Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
        return text.Length > 12 ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
    });

    /// <exception cref="InvalidOperationException">Something was not answered with 200.</exception>
    public async Task<Measurement> MeasureAsync(IPEndPoint target, Work work, int seconds, string from = "client")
    {
        var url = $"http://{target}{work.Path}";
        var before = MachineCpu.BusySeconds();
        if (work.Load == Load.Wrk)
        {
            var script = _directory.Write("work.lua", Wrk.Script(work));
            var command = Through(["wrk", .. Wrk.Arguments(work, script, seconds, url)]);
            using var wrk = _lab.Start(from, command[0], command[1..]);
            await wrk.WaitForExitAsync(Patience);
            return Wrk.Parse(wrk.Output, MachineCpu.BusySeconds() - before);
        }

        if (work.Load == Load.Connect)
        {
            var command =
                Through(Connects.Command(_directory.Write("connects.py", Connects.Script), target, work, seconds));
            using var connects = _lab.Start(from, command[0], command[1..]);
            await connects.WaitForExitAsync(Patience);
            return Connects.Parse(connects.Output, seconds, MachineCpu.BusySeconds() - before);
        }

        var log = _directory.File("h2load.log");
        File.Delete(log);
        using var h2load = _lab.Start(from, "h2load", H2load.Arguments(work, _directory.Path, seconds, log, url));
        await h2load.WaitForExitAsync(Patience);
        var cpu = MachineCpu.BusySeconds() - before;
        return H2loadLog.Parse(File.Exists(log) ? File.ReadLines(log) : []).ToMeasurement(cpu, work.Tolerated);
    }

    /// <summary>Resident memory of the peer, in bytes.</summary>
    public long PeerMemory() => _peers.Sum(peer => peer.ResidentBytes);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }
        }
        finally
        {
            _lab.Dispose();
            _directory.Dispose();
        }
    }

    private string PlaceOf(string workload, string loopbackAddress) => isLoopback
        ? $"interface: lo, addresses: [ {loopbackAddress} ]" : $"netns: {_lab[workload].NamespaceName}";

    private string[] Haproxy(string place, string configuration) =>
        ["haproxy", "-f", _directory.Write($"haproxy-{place}.cfg", configuration)];

    private async Task StartProxyAsync(string place, int port, params string[] command)
    {
        var proxy = _lab.Start(place, command[0], command[1..]);
        _peers.Add(proxy);
        await proxy.WaitForPortAsync(new IPEndPoint(IPAddress.Loopback, port), Patience);
    }
}
