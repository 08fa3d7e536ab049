using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Jumpgate.Testing;

namespace Jumpgate.Agent.Tests.ControlPlane.Proxyless;

/// <summary>
/// gRPC servers and clients of others with SPIFFE IDs, their certificates in files, their policy from the control
/// plane. Workloads are addresses of loopback; what connects without an address of its choice is the tiefighter.
/// </summary>
public sealed class MutualTlsTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Mesh = "spiffe://example.org/ns/empire/sa/";
    private const string Land = "/empire.Deathstar/Land";

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
                  rules: { http: [ { method: POST, path: /empire.Deathstar/Land } ] }
        """;

    private static readonly IPAddress s_tiefighter = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress s_deathstar = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress s_xwing = IPAddress.Parse("127.0.0.3");
    private static readonly IPAddress s_shuttle = IPAddress.Parse("127.0.0.4");
    private static readonly IPAddress s_moon = IPAddress.Parse("127.0.0.5");

    private readonly SpiffeCertificates _certificates = new();
    private readonly ProxylessLab _lab;
    private Exception? _why;

    public MutualTlsTests() => _lab = new ProxylessLab(s_deathstar, $$"""
        mtls: { files: { certificate: "{{_certificates.Folder}}/{name}.pem", key: "{{_certificates.Folder}}/{name}.key", ca: "{{_certificates.Folder}}/ca.pem" } }
        workloads:
          - { name: deathstar, labels: { class: deathstar, jumpgate.dev/service: stations }, netns: a, addresses: [{{s_deathstar}}], ports: { grpc: PORT }, spiffe: {{Mesh}}deathstar }
          - { name: tiefighter, labels: { org: empire }, netns: b, addresses: [{{s_tiefighter}}], spiffe: {{Mesh}}tiefighter }
          - { name: shuttle, labels: { org: empire }, netns: c, addresses: [{{s_shuttle}}], spiffe: {{Mesh}}shuttle }
          - { name: xwing, labels: { org: alliance }, netns: d, addresses: [{{s_xwing}}] }
          - { name: moon, labels: { jumpgate.dev/service: stations }, netns: e, addresses: [{{s_moon}}], ports: { grpc: PORT } }
        """);

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Server_OfAnotherLibrary_AsksForAddressAndSpiffeId(string language)
    {
        await _lab.StartAsync(Policy);
        _certificates.Write("deathstar", Mesh + "deathstar");
        var server = await _lab.StartServerAsync(language, "deathstar", s_deathstar);
        using var tiefighter = _certificates.Issue(Mesh + "tiefighter");
        using var shuttle = _certificates.Issue(Mesh + "shuttle");
        using var strangers = new SpiffeCertificates();
        using var forged = strangers.Issue(Mesh + "tiefighter");

        await Wait.UntilAsync(
            async () => await CallAsync(s_tiefighter, tiefighter) == "OK", Wait.Patience,
            "the right address with the right certificate passes",
            () => $"{_why}\n{server.Errors}");

        // The right address: with another's certificate, one that its authority never signed, none, and plain text.
        Assert.Equal("PermissionDenied", await CallAsync(s_tiefighter, shuttle));
        Assert.Equal("failed", await CallAsync(s_tiefighter, forged));
        Assert.Equal("failed", await CallAsync(s_tiefighter, certificate: null));
        Assert.Equal("failed", await CallAsync(s_tiefighter));

        // The right certificate: from another's address, and from one without an ID, which speaks plain text.
        Assert.Equal("PermissionDenied", await CallAsync(s_shuttle, tiefighter));
        Assert.Equal("OK", await CallAsync(s_shuttle, shuttle));
        Assert.Equal("failed", await CallAsync(s_xwing, tiefighter));
        Assert.Equal("PermissionDenied", await CallAsync(s_xwing));

        // Rules are asked all the same; and who has no ID is let in by its address, as without TLS.
        Assert.Equal("PermissionDenied", await CallAsync(s_tiefighter, tiefighter, "/empire.Deathstar/Fire"));
        _lab.Use(Policy.Replace("org: empire } } ]", "org: alliance } } ]", StringComparison.Ordinal));
        await Wait.UntilAsync(
            async () => await CallAsync(s_xwing) == "OK", Wait.Patience, "the alliance takes over");
        Assert.Equal("PermissionDenied", await CallAsync(s_tiefighter, tiefighter));
    }

    [Fact]
    public async Task Client_OfCCore_ShowsItsCertificate_AndCallsNobodyElse()
    {
        await _lab.StartAsync(Policy);
        _certificates.Write("tiefighter", Mesh + "tiefighter");
        _certificates.Write("deathstar", Mesh + "shuttle");
        var client = _lab.StartClient("tls_client.py", "tiefighter");

        // What answers at the deathstar's address has a good certificate, of somebody else.
        var impostor = await _lab.StartServerAsync("python", "deathstar", s_deathstar);
        using var tiefighter = _certificates.Issue(Mesh + "tiefighter");
        await Wait.UntilAsync(
            async () => await CallAsync(s_tiefighter, tiefighter) == "OK", Wait.Patience, "the impostor serves",
            () => $"{_why}\n{impostor.Errors}");
        var refused = await client.AskAsync($"xds:///deathstar {Land}");
        Assert.StartsWith("UNAVAILABLE", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("Connection refused", refused, StringComparison.Ordinal);

        await _lab.StopAsync(impostor);
        _certificates.Write("deathstar", Mesh + "deathstar");
        await _lab.StartServerAsync("python", "deathstar", s_deathstar);
        await Wait.UntilAsync(
            async () => await client.AskAsync($"xds:///deathstar {Land}") == "OK ship", Wait.Patience,
            "the deathstar itself is called");
        Assert.StartsWith("PERMISSION_DENIED", await client.AskAsync($"xds:///deathstar /empire.Deathstar/Fire"),
            StringComparison.Ordinal);

        // A service of several workloads: one over TLS, one without an ID over plain text.
        await _lab.StartServerAsync("python", "moon", s_moon);
        var answers = new HashSet<string>();
        await Wait.UntilAsync(
            async () =>
            {
                answers.Add(await client.AskAsync("xds:///stations /empire.Deathstar/Fire"));
                return answers.IsSupersetOf(["OK ship", "PERMISSION_DENIED Unauthorized RPC rejected"]);
            },
            Wait.Patience, "both stations answer", () => $"{string.Join('\n', answers)}\n{client.Errors}");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>This xunit asks for the end in this way only.</summary>
    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _certificates.Dispose();
    }

    private Task<string> CallAsync(IPAddress from) => CallAsync(from, Land, null);

    private Task<string> CallAsync(IPAddress from, X509Certificate2? certificate, string method = Land) => CallAsync(
        from, method, new SslClientAuthenticationOptions
        {
            TargetHost = "deathstar",
            RemoteCertificateValidationCallback = (_, shown, _, _) => _certificates.HasSigned(shown),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            // Each shows what it has, and nothing that somebody has shown before.
            AllowTlsResume = false,
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        });

    /// <returns>gRPC's status; "failed" where there was none.</returns>
    private async Task<string> CallAsync(IPAddress from, string method, SslClientAuthenticationOptions? tls)
    {
        try
        {
            return $"{await _lab.CallAsync(from, method, tls)}";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _why = e;
            return "failed";
        }
    }
}
