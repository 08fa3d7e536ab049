using System.Globalization;
using System.Net;
using System.Text;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Testing;

/// <summary>
/// A node in miniature, made of network namespaces: <c>jg-ID-node</c> forwards between workloads <c>jg-ID-NAME</c>,
/// each behind a veth pair, and optionally a world behind an uplink. Nothing outside these namespaces is touched.
/// </summary>
/// <remarks>
/// Workload n has 10.X.n.2/24 and fdXX:n::2/64 on <c>eth0</c> and a default route by the node's .1 / ::1. IPv6 works at
/// once: duplicate address detection is off. The ID holds the process id, so that <see cref="CleanStale"/> can tell
/// what a killed run has left.
/// </remarks>
public sealed class Lab : IAsyncDisposable, IDisposable
{
    private const string Prefix = "jg-";
    private static int labs;

    private readonly int number;
    private readonly string id;
    private readonly Dictionary<string, LabNode> nodes = new(StringComparer.Ordinal);
    private readonly List<NetnsProcess> processes = [];
    private readonly List<IDisposable> owned = [];
    private readonly Lock gate = new();
    private int disposed;

    private Lab()
    {
        number = Interlocked.Increment(ref labs);
        id = $"{Environment.ProcessId}x{number}";
        NodeName = $"{Prefix}{id}-node";
        Command.Run("ip", "netns", "add", NodeName);
        try
        {
            Node = NetworkNamespace.Open(NodeName);
            Batch(NodeName, "link set lo up");
            Node.Run(() =>
            {
                Sysctl("ipv6/conf/all/accept_dad", "0");
                Sysctl("ipv6/conf/default/accept_dad", "0");
                Sysctl("ipv4/ip_forward", "1");
                Sysctl("ipv6/conf/all/forwarding", "1");
            });
        }
        catch
        {
            Node?.Dispose();
            Command.TryRun(null, "ip", "netns", "del", NodeName);
            throw;
        }
    }

    /// <summary>Full name of the node's namespace.</summary>
    public string NodeName { get; }

    /// <summary>The node's namespace, open.</summary>
    public NetworkNamespace Node { get; }

    /// <summary>The workloads, and the world, by short name.</summary>
    public LabNode this[string name] => nodes[name];

    /// <summary>Makes a node with workloads.</summary>
    public static Lab Create(params IReadOnlyList<string> workloads) => Create(false, workloads);

    /// <summary>Makes a node with workloads and, if wanted, a <c>world</c> behind <c>uplink</c>.</summary>
    public static Lab Create(bool world, IReadOnlyList<string> workloads)
    {
        ArgumentNullException.ThrowIfNull(workloads);
        var lab = new Lab();
        try
        {
            foreach (var workload in workloads)
            {
                lab.AddWorkload(workload);
            }

            if (world)
            {
                lab.AddWorld();
            }

            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <summary>Adds a workload: at most 9 characters of a-z, 0-9 and '-'.</summary>
    public LabNode AddWorkload(string name) => Add(name, hostInterface: null);

    /// <summary>Adds the namespace <c>world</c> behind the interface <c>uplink</c>, with routes both ways.</summary>
    public LabNode AddWorld() => Add("world", "uplink");

    /// <summary>Removes one workload with its namespace and veth, as when a pod ends.</summary>
    public void RemoveWorkload(string name)
    {
        var node = nodes[name];
        nodes.Remove(name);
        Delete(node);
    }

    /// <summary>Runs a body inside a namespace of this lab (short name, or "node"); see NetworkNamespace.Run.</summary>
    public T Run<T>(string name, Func<T> body) => Find(name).Space.Run(body);

    /// <inheritdoc cref="Run{T}(string, Func{T})"/>
    public void Run(string name, Action body) => Find(name).Space.Run(body);

    /// <summary>Starts a program in a namespace of this lab; it is killed at the latest when the lab goes.</summary>
    public NetnsProcess Start(string name, string program, params IReadOnlyList<string> arguments) =>
        Start(name, program, arguments, environment: null);

    /// <inheritdoc cref="Start(string, string, IReadOnlyList{string})"/>
    public NetnsProcess Start(
        string name,
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? workingDirectory = null)
    {
        var process = NetnsProcess.Start(Find(name).FullName, program, arguments, environment, workingDirectory);
        lock (gate)
        {
            processes.Add(process);
        }

        return process;
    }

    /// <summary>Runs <c>ip</c> inside a namespace of this lab and returns its output.</summary>
    public string Ip(string name, string arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Command.Run("ip", ["-n", Find(name).FullName, .. arguments.Split(' ')]);
    }

    /// <summary>Hands over something that has to go before the namespaces do.</summary>
    public T Own<T>(T disposable)
        where T : IDisposable
    {
        lock (gate)
        {
            owned.Add(disposable);
        }

        return disposable;
    }

    /// <summary>Removes namespaces <c>jg-PID...</c> whose process is gone.</summary>
    /// <returns>The names removed.</returns>
    public static IReadOnlyList<string> CleanStale()
    {
        var removed = new List<string>();
        foreach (var name in Names())
        {
            // Only names that a lab gives: jg-PIDxN-NAME. Others choose names with the pid elsewhere.
            var rest = name[Prefix.Length..];
            var end = rest.IndexOf('x', StringComparison.Ordinal);
            if (end > 0 && int.TryParse(rest[..end], CultureInfo.InvariantCulture, out var pid)
                && !Directory.Exists($"/proc/{pid}")
                && Command.TryRun(null, "ip", "netns", "del", name).ExitCode == 0)
            {
                removed.Add(name);
            }
        }

        return removed;
    }

    /// <summary>Kills the processes, removes the namespaces, and checks that they are gone.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        var failures = new List<Exception>();
        Try(failures, [.. owned.AsEnumerable().Reverse(), .. processes.AsEnumerable().Reverse()]);
        foreach (var node in nodes.Values)
        {
            Try(failures, () => Delete(node));
        }

        Node.Dispose();
        Try(failures, () => Command.Run("ip", "netns", "del", NodeName));
        var left = Names().Where(name => name.StartsWith($"{Prefix}{id}-", StringComparison.Ordinal)).ToList();
        if (left.Count > 0)
        {
            failures.Add(new InvalidOperationException($"namespaces left behind: {string.Join(", ", left)}"));
        }

        if (failures.Count > 0)
        {
            throw new AggregateException($"lab {id} did not go cleanly", failures);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static List<string> Names() => Directory.Exists("/run/netns")
        ? Directory.EnumerateFiles("/run/netns", Prefix + "*").Select(path => Path.GetFileName(path)).ToList()
        : [];

    private static void Batch(string namespaceName, params string[] lines)
    {
        var input = new StringBuilder().AppendJoin('\n', lines).Append('\n').ToString();
        var (exitCode, output, error) = Command.TryRun(input, "ip", "-n", namespaceName, "-batch", "-");
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"ip -batch in {namespaceName} failed: {error}{output}\n{input}");
        }
    }

    private static void Sysctl(string name, string value) => File.WriteAllText($"/proc/sys/net/{name}", value);

    private static void Delete(LabNode node)
    {
        // The veth goes with either end. Without this it would go when the kernel gets round to the namespace.
        Command.TryRun(null, "ip", "-n", node.NamespaceName, "link", "del", LabNode.InterfaceName);
        node.Namespace.Dispose();
        Command.Run("ip", "netns", "del", node.NamespaceName);
    }

    private static void Try(List<Exception> failures, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            failures.Add(exception);
        }
    }

    private static void Try(List<Exception> failures, IDisposable[] disposables)
    {
        foreach (var disposable in disposables)
        {
            Try(failures, disposable.Dispose);
        }
    }

    private (string FullName, NetworkNamespace Space) Find(string name) =>
        name == "node" ? (NodeName, Node) : (nodes[name].NamespaceName, nodes[name].Namespace);

    private LabNode Add(string name, string? hostInterface)
    {
        if (name == "node" || nodes.ContainsKey(name))
        {
            throw new ArgumentException($"'{name}' is taken in this lab");
        }

        var index = Enumerable.Range(1, 254).First(n => nodes.Values.All(node => node.IPv4.GetAddressBytes()[2] != n));
        hostInterface ??= $"jg{number % 1000}w{index}";
        var x = (number % 200) + 20;
        var v4 = $"10.{x}.{index}";
        var v6 = $"fd{x:x2}:{index:x}:";
        var fullName = $"{Prefix}{id}-{name}";
        Command.Run("ip", "netns", "add", fullName);
        NetworkNamespace? space = null;
        try
        {
            space = NetworkNamespace.Open(fullName);
            space.Run(() =>
            {
                Sysctl("ipv6/conf/all/accept_dad", "0");
                Sysctl("ipv6/conf/default/accept_dad", "0");
            });
            Batch(
                NodeName,
                $"link add {hostInterface} type veth peer name {LabNode.InterfaceName} netns {fullName}",
                $"addr add {v4}.1/24 dev {hostInterface}",
                $"addr add {v6}:1/64 dev {hostInterface} nodad",
                $"link set {hostInterface} up");
            Batch(
                fullName,
                "link set lo up",
                $"addr add {v4}.2/24 dev {LabNode.InterfaceName}",
                $"addr add {v6}:2/64 dev {LabNode.InterfaceName} nodad",
                $"link set {LabNode.InterfaceName} up",
                $"route add default via {v4}.1",
                $"route add default via {v6}:1");
            WaitUntilUsable(space, fullName);
            WaitUntilUsable(Node, NodeName);
            using var socket = RouteSocket.Open(Node);
            var node = new LabNode(
                name,
                fullName,
                space,
                hostInterface,
                socket.FindLink(hostInterface)!.Index,
                IPAddress.Parse($"{v4}.2"),
                IPAddress.Parse($"{v6}:2"),
                IPAddress.Parse($"{v4}.1"),
                IPAddress.Parse($"{v6}:1"));
            nodes.Add(name, node);
            return node;
        }
        catch
        {
            space?.Dispose();
            Command.TryRun(null, "ip", "netns", "del", fullName);
            throw;
        }
    }

    private static void WaitUntilUsable(NetworkNamespace space, string name)
    {
        using var socket = RouteSocket.Open(space);
        Wait.UntilAsync(
            () => socket.ListAddresses().All(address => !address.IsTentative),
            Wait.Patience,
            $"IPv6 addresses of {name} to become usable").GetAwaiter().GetResult();
    }
}
