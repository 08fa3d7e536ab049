using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Policies;
using Jumpgate.EnvoyConfig.Bootstrap;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Grpc;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;
using Jumpgate.Testing;
using Jumpgate.Xds;
using Jumpgate.Xds.Tests.Clients;
using Jumpgate.Xds.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane.Proxyless;

/// <summary>
/// gRPC servers and clients of others with SPIFFE IDs, their certificates in files, their policy from the control plane. Workloads
/// are addresses of loopback; what connects without an address of its choice is the tiefighter.
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

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly IPAddress s_tiefighter = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress s_deathstar = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress s_xwing = IPAddress.Parse("127.0.0.3");
    private static readonly IPAddress s_shuttle = IPAddress.Parse("127.0.0.4");
    private static readonly IPAddress s_moon = IPAddress.Parse("127.0.0.5");

    private readonly SpiffeCertificates _certificates = new();
    private readonly SnapshotStore _store = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IAsyncDisposable> _running = [];
    private readonly int _port = FreePort();
    private ImmutableArray<WorkloadDefinition> _workloads;
    private XdsServer _xds = null!;
    private Task _content = Task.CompletedTask;
    private Exception? _why;

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Server_OfAnotherLibrary_AsksForAddressAndSpiffeId(string language)
    {
        await StartAgentAsync();
        _certificates.Write("deathstar", Mesh + "deathstar");
        var server = await StartServerAsync(language);
        using var tiefighter = _certificates.Issue(Mesh + "tiefighter");
        using var shuttle = _certificates.Issue(Mesh + "shuttle");
        using var strangers = new SpiffeCertificates();
        using var forged = strangers.Issue(Mesh + "tiefighter");

        await Wait.UntilAsync(
            async () => await CallAsync(s_tiefighter, tiefighter) == "OK", s_patience, "the right address with the right certificate passes",
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
        Use(Policy.Replace("org: empire } } ]", "org: alliance } } ]", StringComparison.Ordinal));
        await Wait.UntilAsync(async () => await CallAsync(s_xwing) == "OK", s_patience, "the alliance takes over");
        Assert.Equal("PermissionDenied", await CallAsync(s_tiefighter, tiefighter));
    }

    [Fact]
    public async Task Client_OfCCore_ShowsItsCertificate_AndCallsNobodyElse()
    {
        await StartAgentAsync();
        _certificates.Write("tiefighter", Mesh + "tiefighter");
        _certificates.Write("deathstar", Mesh + "shuttle");
        var client = ClientProcess.PythonFile(Script("tls_client.py"), Environment("tiefighter"), []);
        _running.Add(client);

        // What answers at the deathstar's address has a good certificate, of somebody else.
        var impostor = await StartServerAsync("python");
        using var tiefighter = _certificates.Issue(Mesh + "tiefighter");
        await Wait.UntilAsync(async () => await CallAsync(s_tiefighter, tiefighter) == "OK", s_patience, "the impostor serves",
            () => $"{_why}\n{impostor.Errors}");
        var refused = await client.AskAsync($"xds:///deathstar {Land}");
        Assert.StartsWith("UNAVAILABLE", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("Connection refused", refused, StringComparison.Ordinal);

        _running.Remove(impostor);
        await impostor.DisposeAsync();
        _certificates.Write("deathstar", Mesh + "deathstar");
        await StartServerAsync("python");
        await Wait.UntilAsync(
            async () => await client.AskAsync($"xds:///deathstar {Land}") == "OK ship", s_patience, "the deathstar itself is called");
        Assert.StartsWith("PERMISSION_DENIED", await client.AskAsync($"xds:///deathstar /empire.Deathstar/Fire"), StringComparison.Ordinal);

        // A service of several workloads: one over TLS, one without an ID over plain text.
        await StartServerAsync("python", "moon", s_moon);
        var answers = new HashSet<string>();
        await Wait.UntilAsync(
            async () =>
            {
                answers.Add(await client.AskAsync("xds:///stations /empire.Deathstar/Fire"));
                return answers.IsSupersetOf(["OK ship", "PERMISSION_DENIED Unauthorized RPC rejected"]);
            },
            s_patience, "both stations answer", () => $"{string.Join('\n', answers)}\n{client.Errors}");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>This xunit asks for the end in this way only.</summary>
    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _content;
        _running.Reverse();
        foreach (var one in _running)
        {
            await one.DisposeAsync();
        }

        _stopping.Dispose();
        _certificates.Dispose();
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "ControlPlane", "Proxyless", name);

    private static int FreePort()
    {
        using var listener = new TcpListener(s_deathstar, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Use(string policy)
    {
        var read = WorkloadFileReader.Read("w.yaml", $$"""
            mtls: { files: { certificate: "{{_certificates.Folder}}/{name}.pem", key: "{{_certificates.Folder}}/{name}.key", ca: "{{_certificates.Folder}}/ca.pem" } }
            workloads:
              - { name: deathstar, labels: { class: deathstar, jumpgate.dev/service: stations }, netns: a, addresses: [{{s_deathstar}}], ports: { grpc: {{_port}} }, spiffe: {{Mesh}}deathstar }
              - { name: tiefighter, labels: { org: empire }, netns: b, addresses: [{{s_tiefighter}}], spiffe: {{Mesh}}tiefighter }
              - { name: shuttle, labels: { org: empire }, netns: c, addresses: [{{s_shuttle}}], spiffe: {{Mesh}}shuttle }
              - { name: xwing, labels: { org: alliance }, netns: d, addresses: [{{s_xwing}}] }
              - { name: moon, labels: { jumpgate.dev/service: stations }, netns: e, addresses: [{{s_moon}}], ports: { grpc: {{_port}} } }
            """);
        Assert.Empty(read.Diagnostics);
        _workloads = read.Workloads;
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", policy)]);
        Assert.Empty(documents.Diagnostics);
        _store.Swap(PolicySnapshot.Create(
            _store.IsEmpty ? 1 : _store.Current.Revision + 1,
            _workloads.Select(w => new Workload { Name = w.Name, Labels = w.Labels, Addresses = w.Addresses, Ports = w.Ports, Tls = w.Tls }),
            documents.Documents, [], new IdentityAllocator(), new SecretFiles(null, NullLogger.Instance)));
    }

    private async Task StartAgentAsync()
    {
        Use(Policy);
        var content = new PolicyContent(_store, new SidecarOptions(), NullLogger.Instance);
        _xds = await XdsServer.StartAsync(
            new XdsServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, content, NullLogger.Instance, [], CancellationToken.None);
        _running.Add(_xds);
        _content = content.RunAsync(_xds.Cache, _stopping.Token);
    }

    private Dictionary<string, string> Environment(string node) => new()
    {
        ["GRPC_XDS_EXPERIMENTAL_RBAC"] = "true",
        ["GRPC_XDS_BOOTSTRAP_CONFIG"] = GrpcBootstrap.Create(new BootstrapOptions
        {
            Node = node,
            Xds = _xds.Address.ToString(),
            Tls = _workloads.Single(w => w.Name == node).Tls,
        }).ToJsonString(),
    };

    private async Task<ClientProcess> StartServerAsync(string language, string node = "deathstar", IPAddress? address = null)
    {
        var server = language == "python"
            ? ClientProcess.PythonFile(Script("xds_server.py"), Environment(node), [$"{address ?? s_deathstar}:{_port}"])
            : ClientProcess.NodeFile(Script("xds_server.js"), Environment(node), [$"{_port}", $"{address ?? s_deathstar}"]);
        _running.Add(server);
        Assert.Equal("started", await server.NextLineAsync());
        return server;
    }

    private Task<string> CallAsync(IPAddress from) => CallAsync(from, Land, null);

    private Task<string> CallAsync(IPAddress from, X509Certificate2? certificate, string method = Land) => CallAsync(
        from, method, new SslClientAuthenticationOptions
        {
            TargetHost = "deathstar",
            RemoteCertificateValidationCallback = (_, shown, _, _) => _certificates.HasSigned(shown),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        });

    /// <summary>One call of a client that knows nothing of xDS, from an address of its choice, on a connection of its own.</summary>
    /// <returns>gRPC's status; "failed" where there was none.</returns>
    private async Task<string> CallAsync(IPAddress from, string method, SslClientAuthenticationOptions? tls)
    {
        using var http = RawCall.Http(_port, handler: new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (_, cancellation) => ConnectAsync(from, tls, cancellation),
        });
        await using var call = RawCall.Open(http, method);
        try
        {
            await call.SendAsync("ship"u8);
            call.End();
            return $"{(await call.StatusAsync()).Code}";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _why = e;
            return "failed";
        }
    }

    private async ValueTask<Stream> ConnectAsync(IPAddress from, SslClientAuthenticationOptions? tls, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(new IPEndPoint(s_deathstar, _port), cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is null)
            {
                return stream;
            }

            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(tls, cancellation);
            return secured;
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is System.Security.Authentication.AuthenticationException ? new IOException("the handshake failed", e) : e;
        }
    }
}
