using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Jumpgate.Agent;
using Jumpgate.Agent.Admin;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>
/// A node with workloads <c>server</c> (org=empire, class=server), <c>client</c> (org=empire), <c>stranger</c>
/// (org=alliance) and a world, and a real agent as its own process in the node's namespace.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>Who is not answered for so long is taken for dropped: an answer takes less than a millisecond.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(0.6);

    private static int _scenes;

    private readonly TempDirectory _directory = new();
    private readonly List<IDisposable> _owned = [];

    private readonly IReadOnlyDictionary<string, string> _workloads;

    private static readonly Dictionary<string, string> _usual = new()
    {
        ["server"] = "labels: { org: empire, class: server }, ports: { web: 80 }",
        ["client"] = "labels: { org: empire }",
        ["stranger"] = "labels: { org: alliance }",
    };

    private Scene(IReadOnlyDictionary<string, string>? workloads = null)
    {
        _workloads = workloads ?? _usual;
        Lab = Lab.Create(true, [.. _workloads.Keys]);
        PinDirectory = $"/sys/fs/bpf/jumpgate-e2e-{Environment.ProcessId}-{Interlocked.Increment(ref _scenes)}";
        Directory.CreateDirectory(PoliciesDirectory);
    }

    public Lab Lab { get; }

    public string PinDirectory { get; }

    public NetnsProcess Agent { get; private set; } = null!;

    public string PoliciesDirectory => _directory.File("policies");

    public string WorkloadsFile => _directory.File("workloads.yaml");

    private uint FlowTableSize { get; init; }

    public string AdminSocket => _directory.File("admin.sock");

    public string StateDirectory => _directory.File("state");

    /// <summary>What <c>jumpgate agent</c> is told in every case.</summary>
    public IReadOnlyList<string> AgentOptions =>
    [
        "--workloads", WorkloadsFile, "--policies", PoliciesDirectory, "--state", StateDirectory, "--admin-socket",
            AdminSocket,
        "--pin-dir", PinDirectory, "--flow-table-size", FlowTableSize.ToString(CultureInfo.InvariantCulture),
        .. MoreAgentOptions,
    ];

    /// <summary>Set before the agent starts. JUMPGATE_TEST_LANES runs whole suites with lanes.</summary>
    public IReadOnlyList<string> MoreAgentOptions { get; set; } =
        Environment.GetEnvironmentVariable("JUMPGATE_TEST_LANES") is { Length: > 0 } mode ? ["--lanes", mode] : [];

    /// <summary>Everything but the agent.</summary>
    public static Scene Prepare(params string[] policies) => Prepare(_usual, policies);

    /// <param name="workloads">Names, and what the workloads file says of them besides their namespaces.</param>
    public static Scene Prepare(IReadOnlyDictionary<string, string> workloads, params string[] policies)
    {
        var scene = new Scene(workloads) { FlowTableSize = 262144 };
        try
        {
            scene.WriteInputs(policies);
            return scene;
        }
        catch
        {
            scene.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    public static Task<Scene> StartAsync(params string[] policies) => StartAsync(262144, policies);

    /// <param name="flowTableSize">Flows that the kernel remembers at once.</param>
    public static async Task<Scene> StartAsync(uint flowTableSize, params string[] policies)
    {
        var scene = new Scene { FlowTableSize = flowTableSize };
        try
        {
            scene.WriteInputs(policies);
            await scene.StartAgentAsync();
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <param name="environment">Added to the agent's.</param>
    /// <param name="through">A program that becomes the agent, such as setpriv with its options.</param>
    public async Task StartAgentAsync(IReadOnlyDictionary<string, string>? environment = null, params string[] through)
    {
        string[] command =
            [.. through, "dotnet", Product.Command, "agent", .. AgentOptions];
        Agent = Lab.Start("node", command[0], command[1..], environment);
        await Agent.WaitForTextAsync("jumpgate ready", Wait.Patience);
    }

    public (int ExitCode, string Output) Jumpgate(params string[] arguments)
    {
        using var process = NetnsProcess.Start(
            Lab.NodeName, "dotnet", [Product.Command, .. arguments]);
        var code = process.WaitForExitAsync(Wait.Patience).GetAwaiter().GetResult();
        return (code, process.Output + process.Error);
    }

    public (int ExitCode, string Output) Ask(params string[] arguments) =>
        Jumpgate([.. arguments, "--admin-socket", AdminSocket]);

    public void WritePolicy(string name, string yaml)
    {
        var hidden = Path.Combine(PoliciesDirectory, $".{name}.new");
        File.WriteAllText(hidden, yaml);
        File.Move(hidden, Path.Combine(PoliciesDirectory, name), overwrite: true);
    }

    /// <summary>Replaces a policy and waits until the agent says that everything obeys it.</summary>
    public Task ApplyAsync(string name, string yaml) => AcknowledgedAsync(() => WritePolicy(name, yaml));

    /// <summary>Changes what the agent reads, and waits until it says that everything obeys it.</summary>
    public async Task AcknowledgedAsync(Action change)
    {
        var before = (await ReadStatusAsync()).AcknowledgedRevision;
        change();
        await Wait.UntilAsync(
            async () => (await ReadStatusAsync()).AcknowledgedRevision > before, Wait.Patience,
            "the change to be acknowledged", Agent.Captured);
    }

    public TextServer Serve(bool ipv6, int port = 80, string workload = "server")
    {
        var server = new TextServer(InNamespace(workload), ipv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        _owned.Add(server);
        return server;
    }

    public Func<Func<Socket>, Socket> InNamespace(string workload) => create => Lab.Run(workload, create);

    /// <param name="workload">Short name, or "node".</param>
    /// <param name="local">Where the socket is bound.</param>
    public Func<Func<Socket>, Socket> InNamespace(string workload, IPEndPoint local) => create => Lab.Run(workload, () =>
    {
        var socket = create();
        socket.Bind(local);
        return socket;
    });

    public IPEndPoint Server(bool ipv6, int port = 80) => new(Lab["server"].Address(ipv6), port);

    public async Task<HttpPeer> ConnectAsync(string from, IPEndPoint to, TimeSpan? limit = null)
    {
        var peer = await HttpPeer.ConnectAsync(InNamespace(from), to, limit);
        _owned.Add(peer);
        return peer;
    }

    /// <summary>A connection can be made.</summary>
    public async Task ConnectsAsync(string from, IPEndPoint to) =>
        (await HttpPeer.ConnectAsync(InNamespace(from), to)).Dispose();

    /// <summary>False where nobody answers in time, or somebody refuses.</summary>
    public Task<bool> CanConnectAsync(string from, IPEndPoint to, TimeSpan? limit = null) =>
        CanConnectAsync(InNamespace(from), to, limit);

    /// <inheritdoc cref="CanConnectAsync(string, IPEndPoint, TimeSpan?)"/>
    public static async Task<bool> CanConnectAsync(
        Func<Func<Socket>, Socket> inNamespace, IPEndPoint to, TimeSpan? limit = null)
    {
        try
        {
            using var peer = await HttpPeer.ConnectAsync(inNamespace, to, limit ?? Silence);
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
        var text = await ReadAdminAsync("metrics");
        var found = text.Split('\n').FirstOrDefault(l => l.StartsWith(line + " ", StringComparison.Ordinal));
        return found is null ? 0 : double.Parse(found[(line.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>What the admin socket answers, without the cost of a process.</summary>
    public async Task<string> ReadAdminAsync(string path)
    {
        using var admin = new AdminClient(AdminSocket);
        using var limit = new CancellationTokenSource(Wait.Patience);
        return await admin.GetTextAsync(path, limit.Token);
    }

    /// <inheritdoc cref="ReadAdminAsync(string)"/>
    public async Task<T> ReadAdminAsync<T>(string path) =>
        JsonSerializer.Deserialize<T>(await ReadAdminAsync(path), AdminJson.Options)!;

    /// <summary>Bytes that passed by "queue", or by the "stack" though the sockets had joined.</summary>
    public Task<double> LaneBytesAsync(string way) => MetricAsync($"jumpgate_lanes_bytes_total{{way=\"{way}\"}}");

    public Task<double> DropsAsync(string reason) => MetricAsync($"jumpgate_drops_total{{reason=\"{reason}\"}}");

    public Task<StatusReport> ReadStatusAsync() => ReadAdminAsync<StatusReport>("v1/status");

    public Task<LaneListReport> ReadLanesAsync() => ReadAdminAsync<LaneListReport>("v1/lanes");

    /// <summary>Requests that never came to the proxy.</summary>
    public async Task<ulong> DecidedAsync() => (await ReadLanesAsync()).Requests["decided"];

    /// <summary>
    /// Does something until the kernel has decided requests of it by itself: which ones is a race of client and proxy.
    /// </summary>
    public async Task UntilDecidedAsync(Func<Task> work)
    {
        var before = await DecidedAsync();
        await Wait.UntilAsync(
            async () =>
            {
                await work();
                return await DecidedAsync() > before;
            },
            Wait.Patience,
            "the kernel to decide a request",
            () => JsonSerializer.Serialize(ReadLanesAsync().GetAwaiter().GetResult()));
    }

    public Task<List<SidecarReport>> ReadSidecarsAsync() => ReadAdminAsync<List<SidecarReport>>("v1/sidecars");

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(o => o.Dispose());
        Agent?.Dispose();
        try
        {
            // What `jumpgate cleanup` does, without the cost of a process.
            Lab.Node.Run(() => JumpgateAgent.Cleanup(PinDirectory, StateDirectory));
        }
        finally
        {
            await Lab.DisposeAsync();
            _directory.Dispose();
        }

        if (Directory.Exists(PinDirectory))
        {
            throw new InvalidOperationException($"{PinDirectory} is left over");
        }
    }

    /// <param name="more">Labels that server and client have besides, each behind a comma.</param>
    public void WriteWorkloads(string more = "") => _directory.Write(
        "workloads.yaml",
        "workloads:\n" + string.Concat(_workloads.Select(w =>
            $"  - {{ name: {w.Key}, netns: {Lab[w.Key].NamespaceName}, {WithLabels(w.Key, w.Value, more)} }}\n")));

    private static string WithLabels(string name, string workload, string more) =>
        name is "server" or "client"
            ? workload.Insert(workload.IndexOf(" }", StringComparison.Ordinal), more) : workload;

    private void WriteInputs(string[] policies)
    {
        WriteWorkloads();
        foreach (var (policy, index) in policies.Select((p, i) => (p, i)))
        {
            WritePolicy($"p{index}.yaml", policy);
        }
    }
}
