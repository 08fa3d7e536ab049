using System.Net;
using System.Security.Cryptography;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// An agent with lanes, and servers that people really use, each on a port of its own in the workload <c>server</c>;
/// the policy allows <c>/v1/...</c> and nothing else. Servers start when first asked for.
/// </summary>
public abstract class PartyScene : IAsyncLifetime, IDisposable
{
    public const int LargeSize = 64 * 1024 * 1024;
    internal const string Policy = """
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: "8000", endPort: 8099, protocol: TCP } ]
                rules: { http: [ { path: "/v1/.*" } ] }
        """;

    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, Party> _servers = [];
    private Scene? _scene;

    /// <summary>short-circuit or policy.</summary>
    public abstract string Mode { get; }

    internal Scene Scene => _scene!;

    internal bool KernelDecides => Mode == "policy";

    /// <summary>A file of 64 MB that does not repeat itself, and what it hashes to (lower case).</summary>
    internal string LargeFile => _directory.File("large");

    internal string LargeHash { get; private set; } = string.Empty;

    public async Task InitializeAsync()
    {
        var bytes = new byte[LargeSize];
        new Random(4711).NextBytes(bytes);
        await File.WriteAllBytesAsync(LargeFile, bytes);
        LargeHash = Hash(bytes);
        _scene = Scene.Prepare(Policies.Server(Policy));
        _scene.MoreAgentOptions = ["--lanes", Mode];
        await _scene.StartAgentAsync();
        var lanes = await LanesAsync();
        Assert.Null(lanes.OffBecause);
        Assert.Equal(Mode, lanes.Mode);
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }

        if (_scene is not null)
        {
            await _scene.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The server of that name, running.</summary>
    internal async Task<Party> ServerAsync(string name)
    {
        if (!_servers.TryGetValue(name, out var server))
        {
            server = await Party.StartAsync(this, name, 8000 + _servers.Count);
            _servers.Add(name, server);
        }

        return server;
    }

    internal Task<LaneListReport> LanesAsync() => _scene!.ReadLanesAsync();

    /// <summary>Requests that never came to the proxy.</summary>
    internal Task<ulong> DecidedAsync() => _scene!.DecidedAsync();

    /// <summary>
    /// As <see cref="Scene.UntilDecidedAsync"/>; where the kernel is not to decide, once, and it has not.
    /// </summary>
    internal async Task UntilDecidedAsync(Func<Task> work)
    {
        if (KernelDecides)
        {
            await _scene!.UntilDecidedAsync(work);
            return;
        }

        var before = await DecidedAsync();
        await work();
        Assert.Equal(before, await DecidedAsync());
    }

    internal IPEndPoint Address(Party server, bool ipv6 = false) =>
        new(_scene!.Lab["server"].Address(ipv6), server.Port);
}

public sealed class PolicyPartyScene : PartyScene
{
    public override string Mode => "policy";
}

public sealed class ShortCircuitPartyScene : PartyScene
{
    public override string Mode => "short-circuit";
}
