using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Jumpgate.EndToEnd.Tests.Kafka;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>
/// Workloads <c>kafka</c>, <c>client</c> and <c>other</c> (app=NAME), one of them with haproxy for a sidecar that
/// passes Kafka on to the agent, with PROXY protocol v2, as Envoys are told to; a broker that records what reaches it.
/// </summary>
internal sealed class SidecarKafkaScene : IAsyncDisposable
{
    public const int Port = 9092;
    public const int ListenPort = 15092;
    private readonly CgroupTree _cgroups;
    private readonly TempDirectory _directory = new();
    private Broker? _broker;

    private SidecarKafkaScene(CgroupTree cgroups, Scene scene)
    {
        _cgroups = cgroups;
        Scene = scene;
    }

    public Scene Scene { get; }

    public Lab Lab => Scene.Lab;

    public Cluster Cluster { get; } = new();

    /// <summary>
    /// The agent's listener: an address of the node on none of these workloads' own links but the client's.
    /// </summary>
    public IPEndPoint Listener => new(Lab["client"].GatewayIPv4, ListenPort);

    public IPEndPoint Bootstrap { get; private set; } = new(IPAddress.None, 0);

    /// <param name="owner">Whose sidecar it is.</param>
    /// <param name="block">What the block says besides the cgroups.</param>
    /// <param name="broker">Where the broker is.</param>
    public static async Task<SidecarKafkaScene> StartAsync(
        string owner, string block, string broker, params string[] policies)
    {
        var cgroups = new CgroupTree();
        SidecarKafkaScene? scene = null;
        try
        {
            var sidecar = $", sidecar: {{ cgroup: {cgroups.Workload}, sidecarCgroup: {cgroups.Sidecar}, {block} }}";
            scene = new SidecarKafkaScene(cgroups, Scene.Prepare(
                ((string[])["kafka", "client", "other"]).ToDictionary(
                    name => name, name => $"labels: {{ app: {name} }}{(name == owner ? sidecar : "")}"),
                policies));
            scene.StartBroker(broker);
            scene.Scene.MoreAgentOptions =
                [.. scene.Scene.MoreAgentOptions, "--kafka-proxy-listen", scene.Listener.ToString()];
            await scene.Scene.StartAgentAsync();
            await scene.StartHaproxyAsync(owner, block.Contains("outbound", StringComparison.Ordinal)
                ? SidecarScene.Outbound : SidecarScene.Inbound);
            return scene;
        }
        catch
        {
            await (scene?.DisposeAsync() ?? Disposed(cgroups));
            throw;
        }
    }

    /// <summary>A client program that stays, in the client's application cgroup.</summary>
    public SessionClient Client()
    {
        var script = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "Kafka", "Clients", "client.py");
        var command = CgroupTree.Through(_cgroups.Application, "/usr/bin/python3", script, Bootstrap.ToString());
        return Lab.Own(new SessionClient(Lab.Start("client", command[0], command[1..])));
    }

    public Task<double> OutcomesAsync(string outcome) =>
        Scene.MetricAsync($"jumpgate_kafka_sidecar_connections_total{{outcome=\"{outcome}\"}}");

    /// <summary>
    /// A connection to the listener that claims something; true where it was reset or closed without a word.
    /// </summary>
    public async Task<bool> IsRefusedAsync(string workload, IPEndPoint source, IPEndPoint destination)
    {
        using var socket = Socket(workload, AddressFamily.InterNetwork);
        using var limit = new CancellationTokenSource(Wait.Patience);
        try
        {
            await ClaimAsync(socket, source, destination, limit.Token);
            return await socket.ReceiveAsync(new byte[1], limit.Token) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return true;
        }
    }

    /// <summary>Who a broker would see if its client's sidecar claimed this.</summary>
    public async Task<IPAddress> SeenAsync(string workload, IPEndPoint source, string brokers, IPEndPoint destination)
    {
        using var listener = Socket(brokers, destination.AddressFamily);
        listener.Bind(destination);
        listener.Listen();
        using var socket = Socket(workload, AddressFamily.InterNetwork);
        using var limit = new CancellationTokenSource(Wait.Patience);
        await ClaimAsync(socket, source, destination, limit.Token);
        using var accepted = await listener.AcceptAsync(limit.Token);
        return ((IPEndPoint)accepted.RemoteEndPoint!).Address;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        try
        {
            await Scene.DisposeAsync();
        }
        finally
        {
            _cgroups.Dispose();
            _directory.Dispose();
        }
    }

    private Socket Socket(string workload, AddressFamily family) =>
        Lab.Run(workload, () => new Socket(family, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>A header, and ApiVersions in version 0.</summary>
    private async Task ClaimAsync(Socket socket, IPEndPoint source, IPEndPoint destination, CancellationToken limit)
    {
        byte[] addresses = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes()];
        byte[] ports =
            [(byte)(source.Port >> 8), (byte)source.Port, (byte)(destination.Port >> 8), (byte)destination.Port];
        await socket.ConnectAsync(Listener, limit);
        await socket.SendAsync(
            (byte[])
            [
                .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, (byte)(addresses.Length == 8 ? 0x11 : 0x21), 0,
                (byte)(addresses.Length + 4),
                .. addresses, .. ports,
                0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff,
            ],
            limit);
    }

    private static ValueTask Disposed(CgroupTree cgroups)
    {
        cgroups.Dispose();
        return default;
    }

    private void StartBroker(string place)
    {
        Bootstrap = new IPEndPoint(Lab[place].IPv4, Port);
        var listener = Lab.Run(place, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(Bootstrap);
            socket.Listen();
            return socket;
        });
        _broker = Broker.Start(Cluster, 1, listener, Bootstrap);
        Cluster.AddTopic("open", 1);
        Cluster.AddTopic("sealed", 1);
    }

    private async Task StartHaproxyAsync(string owner, int port)
    {
        var file = _directory.Write("haproxy.cfg", $"""
            defaults
                mode tcp
                timeout connect 10s
                timeout client 60s
                timeout server 60s

            frontend redirected
                bind 127.0.0.1:{port}
                default_backend agent

            backend agent
                server agent {Listener} send-proxy-v2

            """);
        var command = CgroupTree.Through(_cgroups.Sidecar, "haproxy", "-db", "-f", file);
        var haproxy = Lab.Start(owner, command[0], command[1..]);
        await haproxy.WaitForPortAsync(new IPEndPoint(IPAddress.Loopback, port), Wait.Patience);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
