using System.Globalization;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// An agent whose workloads <c>server</c> and <c>client</c> ask for joined sockets by label. Policy allows ports 8000
/// to 8099 without L7 rules, and 8100 to 8199 with some.
/// </summary>
public sealed class DirectScene : IAsyncLifetime, IAsyncDisposable
{
    internal const string Label = ", jumpgate.dev/lanes: policy";
    internal const string Allowed = """
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: "8000", endPort: 8099, protocol: TCP } ]
              - ports: [ { port: "8100", endPort: 8199, protocol: TCP } ]
                rules: { http: [ { path: "/v1/.*" } ] }
        """;

    private static int _port = 8000;

    internal Scene Scene { get; private set; } = null!;

    /// <summary>A port that no other test uses.</summary>
    internal static int NextPort() => Interlocked.Increment(ref _port);

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Scene = Scene.Prepare(Policies.Server(Allowed));
        Scene.WriteWorkloads(Label);
        Scene.MoreAgentOptions = ["--lanes", "short-circuit"];
        await Scene.StartAgentAsync();
        Assert.Null((await LanesAsync()).OffBecause);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Scene is not null)
        {
            await Scene.DisposeAsync();
        }
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    internal Task<LaneListReport> LanesAsync() => Scene.ReadLanesAsync();

    /// <summary>The pair of this client's socket; null where it is no pair (any more).</summary>
    internal async Task<DirectPairReport?> PairAsync(Wire client)
    {
        var name = client.Socket.LocalEndPoint!.ToString();
        return (await LanesAsync()).Direct.Pairs.SingleOrDefault(pair => pair.Client == name);
    }

    /// <summary>Waits until it has joined: the server's end may a moment after our connect has returned.</summary>
    internal Task UntilJoinedAsync(Wire client) => UntilAsync(client, pair => pair is { State: "joined" }, "joined");

    internal Task UntilLeftAsync(Wire client) => UntilAsync(client, pair => pair is null, "no pair any more");

    internal async Task UntilAsync(Wire client, Func<DirectPairReport?, bool> condition, string what)
    {
        var last = default(DirectPairReport);
        await Wait.UntilAsync(
            async () => condition(last = await PairAsync(client)),
            Wait.Patience,
            $"the connection to be {what}",
            () => string.Create(CultureInfo.InvariantCulture, $"{last}; {Scene.Agent.Captured()}"));
    }

    internal async Task<ulong> LeftAsync(string reason) => (await LanesAsync()).Direct.Left[reason];
}
