using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Benchmarks.Connections;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks;

/// <summary>
/// A node and two workloads, nginx behind, wrk in front. Peers take turns: nothing of one runs while another is measured.
/// </summary>
internal sealed class BenchLab : IAsyncDisposable
{
    private const int ProxyPort = 8080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lab _lab = Lab.Create(false, ["server", "client"]);
    private readonly TempDirectory _directory = new();
    private readonly string _pins = $"/sys/fs/bpf/jumpgate-bench-{Environment.ProcessId}";
    private NginxServer? _server;
    private NetnsProcess? _peer;

    private static string AgentDll => Path.Combine(AppContext.BaseDirectory, "jumpgate.dll");

    private string AdminSocket => _directory.File("admin.sock");

    public IPEndPoint Server => new(_lab["server"].IPv4, 80);

    private string ServerAddress => _lab["server"].IPv4.ToString();

    /// <param name="connections">How many the server takes at once.</param>
    public async Task StartServerAsync(int connections = 4096)
    {
        // A new connection each time: what is measured is not a client's search for a port that rests in TIME_WAIT.
        _lab.Run("client", UseAllPorts);
        _lab.Node.Run(() => { UseAllPorts(); });
        var body = _directory.Write("64k", new string('x', 64 * 1024));
        _server = await NginxServer.StartAsync(_lab, "server", 80, $$"""
            keepalive_timeout 1h;
            location / { return 200 "Ship landed\n"; }
            location = /v1/64k { alias {{body}}; }
            """, connections);
    }

    private static bool UseAllPorts()
    {
        File.WriteAllText("/proc/sys/net/ipv4/tcp_tw_reuse", "1");
        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "1024 65535");
        return true;
    }

    /// <summary>Starts a peer; what the client asks is in the result.</summary>
    public async Task<IPEndPoint> StartAsync(string peer, Work work)
    {
        switch (peer)
        {
            case Peers.Straight:
                return Server;
            case Peers.Nginx:
                Directory.CreateDirectory(_directory.File("nginx"));
                await StartProxyAsync("nginx", "-e", "stderr", "-p", _directory.File("nginx"), "-c",
                    _directory.Write("nginx-proxy.conf", PeerFiles.Nginx(_directory.File("nginx"), ServerAddress, work, ProxyPort)));
                break;
            case Peers.Haproxy:
                await StartProxyAsync("haproxy", "-f", _directory.Write(
                    "haproxy.cfg", PeerFiles.Haproxy(ServerAddress, work, ProxyPort)));
                break;
            default:
                await StartAgentAsync(Peers.LaneMode(peer), PeerFiles.Policy(work));
                return Server;
        }

        return new IPEndPoint(_lab["client"].GatewayIPv4, ProxyPort);
    }

    /// <summary>Starts an agent that serves both workloads.</summary>
    /// <param name="lanes">As its option.</param>
    /// <param name="policy">Its one document.</param>
    /// <param name="environment">Added to the agent's.</param>
    public async Task StartAgentAsync(
        string lanes, string policy, IReadOnlyDictionary<string, string>? environment = null)
    {
        WritePolicy(policy);
        _directory.Write("workloads.yaml", $$"""
            workloads:
              - { name: server, labels: { class: server }, netns: {{_lab["server"].NamespaceName}} }
              - { name: client, labels: { class: client }, netns: {{_lab["client"].NamespaceName}} }

            """);
        _peer = _lab.Start(
            "node",
            "dotnet",
            [
                AgentDll, "agent", "--workloads", _directory.File("workloads.yaml"), "--policies",
                _directory.File("policies"),
                "--state", _directory.File("state"), "--admin-socket", AdminSocket, "--pin-dir", _pins, "--lanes", lanes,
            ],
            environment);
        await _peer.WaitForTextAsync("jumpgate ready", Patience);
    }

    /// <summary>Replaces the agent's policy in one step.</summary>
    public void WritePolicy(string policy) =>
        File.Move(_directory.Write("policies/.new", policy), _directory.File("policies/bench.yaml"), overwrite: true);

    public AgentAdmin OpenAdmin() => new(AdminSocket);

    /// <summary>Opens connections from the client, and leaves them idle.</summary>
    public void Open(IdleConnections connections, IPEndPoint target, int count, CancellationToken stop) =>
        connections.Open(_lab, "client", target, count, stop);

    public async Task StopAsync()
    {
        if (_peer is null)
        {
            return;
        }

        await _peer.DisposeAsync();
        _peer = null;
        if (Directory.Exists(_pins))
        {
            using var cleanup = _lab.Start(
                "node", "dotnet", AgentDll, "cleanup", "--pin-dir", _pins, "--state", _directory.File("state"));
            await cleanup.WaitForExitAsync(Patience);
        }
    }

    /// <summary>The status of one request, so that nobody is measured doing nothing.</summary>
    public int Ask(IPEndPoint target, string method, string path) => _lab.Run("client", () =>
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
        socket.Connect(target);
        socket.Send(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: bench\r\nX-Fleet: imperial\r\nContent-Length: 0\r\n\r\n"));
        var buffer = new byte[4096];
        var text = Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
        return text.Length > 12 ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
    });

    public async Task<Measurement?> MeasureAsync(IPEndPoint target, Work work, int seconds)
    {
        var script = _directory.Write("work.lua", $"wrk.headers['X-Fleet'] = 'imperial' {work.Script}\n");
        var before = MachineCpu.BusySeconds();
        using var wrk = _lab.Start(
            "client", "wrk", "-t1", $"-c{work.Connections}", $"-d{seconds}s", "--latency", "-s", script, $"http://{target}{work.Path}");
        await wrk.WaitForExitAsync(Patience);
        return Measurement.Parse(wrk.Output, MachineCpu.BusySeconds() - before);
    }

    /// <summary>Resident memory of the peer, in bytes.</summary>
    public long PeerMemory() => _peer is null ? 0
        : long.Parse(
            File.ReadLines($"/proc/{_peer.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _lab.Dispose();
        _directory.Dispose();
    }

    private async Task StartProxyAsync(string program, params string[] arguments)
    {
        _peer = _lab.Start("node", program, arguments);
        await _peer.WaitForPortAsync(new IPEndPoint(IPAddress.Loopback, ProxyPort), Patience);
    }
}
