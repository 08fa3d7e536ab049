using System.Net;
using Jumpgate.Grpc;
using Jumpgate.Testing;
using Jumpgate.Xds.Status;

namespace Jumpgate.Agent.Tests.ControlPlane.Proxyless;

/// <summary>
/// gRPC servers of others (C-core, grpc-js) that get our policy from the control plane and enforce it themselves, as a
/// plain client sees it. Workloads are addresses of loopback.
/// </summary>
public sealed class ProxylessTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Land = "/empire.Deathstar/Land";
    private const string LandForce = "/empire.Deathstar/LandForce";
    private const string Status = "/empire.Deathstar/Status";
    private const string Fire = "/empire.Deathstar/Fire";
    private const string Leave = "/empire.Deathstar/Leave";

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: deathstar }
        spec:
          endpointSelector: { matchLabels: { class: deathstar } }
          ingress:
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts:
                - ports: [ { port: grpc, protocol: TCP } ]
                  rules:
                    http:
                      - { method: POST, path: '/empire\.Deathstar/Land|/empire\.Deathstar/Status' }
                      - { method: POST, path: /empire.Deathstar/Fire, headers: ["X-Force: true", X-Order] }
                      - { method: GET, path: /empire.Deathstar/Leave }
        """;

    private static readonly IPAddress s_tiefighter = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress s_xwing = IPAddress.Parse("127.0.0.3");

    private readonly ProxylessLab _lab = new(IPAddress.Loopback, $$"""
        workloads:
          - { name: deathstar, labels: { org: empire, class: deathstar }, netns: a, addresses: [127.0.0.1], ports: { grpc: PORT } }
          - { name: tiefighter, labels: { org: empire }, netns: b, addresses: [{{s_tiefighter}}] }
          - { name: xwing, labels: { org: alliance }, netns: c, addresses: [{{s_xwing}}] }
        """);

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Server_OfAnotherLibrary_EnforcesOurRules_AndFollowsThem(string language)
    {
        await _lab.StartAsync(Policy);
        await _lab.StartServerAsync(language, "deathstar", IPAddress.Loopback);

        // By method: an alternative is not a prefix, and what no rule names is denied; a rule for GET is none for gRPC.
        await Wait.UntilAsync(() => AllowsAsync(s_tiefighter, Land), Wait.Patience, "it serves");
        Assert.Equal(StatusCode.OK, await CallAsync(s_tiefighter, Status));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, LandForce));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Leave));

        // By header.
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Fire));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Fire, "x-force: true"));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Fire, "x-force: True", "x-order: 66"));
        Assert.Equal(StatusCode.OK, await CallAsync(s_tiefighter, Fire, "x-force: true", "x-order: 66"));

        // By source, whatever it says of itself.
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_xwing, Land));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_xwing, Land, "x-forwarded-for: 127.0.0.2"));
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(IPAddress.Parse("127.0.0.9"), Land));

        _lab.Use(Policy.Replace("org: empire } } ]", "org: alliance } } ]", StringComparison.Ordinal));
        await Wait.UntilAsync(() => AllowsAsync(s_xwing, Land), Wait.Patience, "the alliance takes over");
        Assert.Equal(StatusCode.PermissionDenied, await CallAsync(s_tiefighter, Land));

        var node = Assert.Single(_lab.Xds.Streams.Describe());
        Assert.Equal("deathstar", node.Node);
        Assert.All(node.Types, t => Assert.Equal((TypeSync.Synced, 0L), (t.State, t.Rejections)));
    }

    [Fact]
    public async Task GrpcJs_WithoutItsRbac_RefusesToServe()
    {
        await _lab.StartAsync(Policy);
        await _lab.StartServerAsync("node", "deathstar", IPAddress.Loopback, rbac: false);

        await Wait.UntilAsync(
            () => _lab.Xds.Streams.Describe().Any(s => s.Types.Any(t => t.State == TypeSync.Rejected)),
            Wait.Patience, "it refuses the listener");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CallAsync(s_tiefighter, Land));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>This xunit asks for the end in this way only.</summary>
    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    /// <summary>Also when it does not serve at all yet.</summary>
    private async Task<bool> AllowsAsync(IPAddress from, string method)
    {
        try
        {
            return await CallAsync(from, method) == StatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private Task<StatusCode> CallAsync(IPAddress from, string method, params string[] headers) =>
        _lab.CallAsync(from, method, tls: null, headers);
}
