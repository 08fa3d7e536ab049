using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>
/// A node with workloads <c>server</c> (org=empire, class=server), <c>client</c> (org=empire), <c>stranger</c> (org=alliance) and a
/// world, and a real agent as its own process in the node's namespace.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);
    private static int _scenes;

    private readonly TempDirectory _directory = new();
    private readonly List<IDisposable> _owned = [];

    private Scene()
    {
        Lab = Lab.Create(true, ["server", "client", "stranger"]);
        PinDirectory = $"/sys/fs/bpf/jumpgate-e2e-{Environment.ProcessId}-{Interlocked.Increment(ref _scenes)}";
        Directory.CreateDirectory(PoliciesDirectory);
    }

    public Lab Lab { get; }

    public string PinDirectory { get; }

    public NetnsProcess Agent { get; private set; } = null!;

    public string PoliciesDirectory => _directory.File("policies");

    public string WorkloadsFile => _directory.File("workloads.yaml");

    private uint FlowTableSize { get; init; }

    /// <summary>Options of the agent beyond those that every scene gives.</summary>
    private IReadOnlyList<string> AgentArguments { get; init; } = [];

    private string AdminSocket => _directory.File("admin.sock");

    public static Task<Scene> StartAsync(params string[] policies) => StartAsync(262144, policies);

    /// <param name="flowTableSize">Flows that the kernel remembers at once.</param>
    public static Task<Scene> StartAsync(uint flowTableSize, params string[] policies) =>
        StartAsync(new Scene { FlowTableSize = flowTableSize }, policies);

    public static Task<Scene> StartAsync(IReadOnlyList<string> agentArguments, params string[] policies) =>
        StartAsync(new Scene { FlowTableSize = 262144, AgentArguments = agentArguments }, policies);

    private static async Task<Scene> StartAsync(Scene scene, string[] policies)
    {
        try
        {
            scene._directory.Write("workloads.yaml", $$"""
                workloads:
                  - { name: server, labels: { org: empire, class: server }, netns: {{scene.Lab["server"].NamespaceName}}, ports: { web: 80 } }
                  - { name: client, labels: { org: empire }, netns: {{scene.Lab["client"].NamespaceName}} }
                  - { name: stranger, labels: { org: alliance }, netns: {{scene.Lab["stranger"].NamespaceName}} }
                """);
            foreach (var (policy, index) in policies.Select((p, i) => (p, i)))
            {
                scene.WritePolicy($"p{index}.yaml", policy);
            }

            await scene.StartAgentAsync();
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgentAsync()
    {
        Agent = Lab.Start("node", "dotnet", [
            Path.Combine(AppContext.BaseDirectory, "jumpgate.dll"), "agent", "--workloads", WorkloadsFile, "--policies",
            PoliciesDirectory, "--state", _directory.File("state"), "--admin-socket", AdminSocket, "--pin-dir", PinDirectory,
            "--flow-table-size", FlowTableSize.ToString(CultureInfo.InvariantCulture), .. AgentArguments]);
        await Agent.WaitForTextAsync("jumpgate ready", Patience);
    }

    public (int ExitCode, string Output) Jumpgate(params string[] arguments)
    {
        using var process = NetnsProcess.Start(
            Lab.NodeName, "dotnet", [Path.Combine(AppContext.BaseDirectory, "jumpgate.dll"), .. arguments]);
        var code = process.WaitForExitAsync(Patience).GetAwaiter().GetResult();
        return (code, process.Output + process.Error);
    }

    public (int ExitCode, string Output) Ask(params string[] arguments) => Jumpgate([.. arguments, "--admin-socket", AdminSocket]);

    public StatusReport Status() =>
        JsonSerializer.Deserialize<StatusReport>(Ask("status", "--json").Output, AdminJson.Options)!;

    public void WritePolicy(string name, string yaml)
    {
        var hidden = Path.Combine(PoliciesDirectory, $".{name}.new");
        File.WriteAllText(hidden, yaml);
        File.Move(hidden, Path.Combine(PoliciesDirectory, name), overwrite: true);
    }

    /// <summary>Replaces a policy and waits until the agent says that everything obeys it.</summary>
    public async Task ApplyAsync(string name, string yaml)
    {
        var before = Status().AcknowledgedRevision;
        WritePolicy(name, yaml);
        await Wait.UntilAsync(() => Status().AcknowledgedRevision > before, Patience, "the policy to be acknowledged", Agent.Captured);
    }

    public TextServer Serve(bool ipv6, int port = 80, string workload = "server")
    {
        var server = new TextServer(InNamespace(workload), ipv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        _owned.Add(server);
        return server;
    }

    public Func<Func<Socket>, Socket> InNamespace(string workload) => create => Lab.Run(workload, create);

    public IPEndPoint Server(bool ipv6, int port = 80) => new(Lab["server"].Address(ipv6), port);

    public async Task<HttpPeer> ConnectAsync(string from, IPEndPoint to, TimeSpan? limit = null)
    {
        var peer = await HttpPeer.ConnectAsync(InNamespace(from), to, limit);
        _owned.Add(peer);
        return peer;
    }

    /// <summary>True where a connection can be made.</summary>
    public async Task<bool> CanConnectAsync(string from, IPEndPoint to)
    {
        try
        {
            using var peer = await HttpPeer.ConnectAsync(InNamespace(from), to, Silence);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            return false;
        }
    }

    public async Task<int> GetAsync(string from, IPEndPoint to, string requestLine, string headers = "")
    {
        using var peer = await HttpPeer.ConnectAsync(InNamespace(from), to);
        return (await peer.AskAsync(requestLine, headers)).Status;
    }

    /// <summary>A counter out of the agent's Prometheus text.</summary>
    public async Task<double> MetricAsync(string line)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(AdminSocket), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var text = await http.GetStringAsync("http://jumpgate/metrics");
        var found = text.Split('\n').FirstOrDefault(l => l.StartsWith(line + " ", StringComparison.Ordinal));
        return found is null ? 0 : double.Parse(found[(line.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public Task<double> DropsAsync(string reason) => MetricAsync($"jumpgate_drops_total{{reason=\"{reason}\"}}");

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(o => o.Dispose());
        Agent?.Dispose();
        Jumpgate("cleanup", "--pin-dir", PinDirectory, "--state", _directory.File("state"));
        await Lab.DisposeAsync();
        _directory.Dispose();
        if (Directory.Exists(PinDirectory))
        {
            throw new InvalidOperationException($"{PinDirectory} is left over");
        }
    }
}
