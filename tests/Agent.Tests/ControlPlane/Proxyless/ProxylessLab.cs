using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
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
using Jumpgate.Xds;
using Jumpgate.Xds.Tests.Clients;
using Jumpgate.Xds.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane.Proxyless;

/// <summary>
/// A control plane with a policy, and gRPC servers of others that get it from there. Workloads are addresses of
/// loopback, and so are their clients, which know nothing of xDS.
/// </summary>
internal sealed class ProxylessLab : IAsyncDisposable
{

    private readonly SnapshotStore _store = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IAsyncDisposable> _running = [];
    private readonly IPAddress _server;
    private readonly string _file;
    private ImmutableArray<WorkloadDefinition> _workloads;
    private Task _content = Task.CompletedTask;

    /// <param name="server">The address of the deathstar, whom clients call.</param>
    /// <param name="workloads">The workloads file, with PORT where the servers' port is.</param>
    public ProxylessLab(IPAddress server, string workloads)
    {
        _server = server;
        // Free at every address: grpc-js listens at all of them, whatever it is told.
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _file = workloads.Replace("PORT", $"{Port}", StringComparison.Ordinal);
    }

    public int Port { get; }

    public XdsServer Xds { get; private set; } = null!;

    public static string Script(string name) =>
        Path.Combine(AppContext.BaseDirectory, "ControlPlane", "Proxyless", name);

    /// <summary>A policy in force from now on.</summary>
    public void Use(string policy)
    {
        var read = WorkloadFileReader.Read("w.yaml", _file);
        Assert.Empty(read.Diagnostics);
        _workloads = read.Workloads;
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", policy)]);
        Assert.Empty(documents.Diagnostics);
        _store.Swap(PolicySnapshot.Create(
            _store.IsEmpty ? 1 : _store.Current.Revision + 1,
            _workloads.Select(w =>
                new Workload
                {
                    Name = w.Name,
                    Labels = w.Labels,
                    Addresses = w.Addresses,
                    Ports = w.Ports,
                    Tls = w.Tls
                }),
            documents.Documents, [], new IdentityAllocator(), new SecretFiles(null, NullLogger.Instance)));
    }

    public async Task StartAsync(string policy)
    {
        Use(policy);
        var content = new PolicyContent(
            _store, new SidecarOptions(), PolicyContent.CreateHandover(), NullLogger.Instance);
        Xds = await XdsServer.StartAsync(
            new XdsServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, content, NullLogger.Instance, [],
            CancellationToken.None);
        _running.Add(Xds);
        _content = content.RunAsync(Xds.Cache, Xds.Streams, _stopping.Token);
    }

    /// <param name="rbac">False: grpc-js is to be without its RBAC, and does not say that it has started.</param>
    public async Task<ClientProcess> StartServerAsync(string language, string node, IPAddress address, bool rbac = true)
    {
        var environment = Environment(node, rbac);
        var server = Own(language == "python"
            ? ClientProcess.PythonFile(Script("xds_server.py"), environment, [$"{address}:{Port}"])
            : ClientProcess.NodeFile(Script("xds_server.js"), environment, [$"{Port}", $"{address}"]));
        if (rbac)
        {
            Assert.Equal("started", await server.NextLineAsync());
        }

        return server;
    }

    public ClientProcess StartClient(string script, string node) =>
        Own(ClientProcess.PythonFile(Script(script), Environment(node, true), []));

    public async Task StopAsync(ClientProcess process)
    {
        _running.Remove(process);
        await process.DisposeAsync();
    }

    /// <summary>
    /// One call of the deathstar, from an address of the client's choice, on a connection of its own.
    /// </summary>
    /// <param name="tls">Null: plain text.</param>
    /// <param name="headers">"name: value" each.</param>
    /// <exception cref="HttpRequestException">Nobody answered. (Or an <see cref="IOException"/>, in the middle of an
    /// answer.)</exception>
    public async Task<StatusCode> CallAsync(
        IPAddress from, string method, SslClientAuthenticationOptions? tls, params string[] headers)
    {
        using var http = RawCall.Http(Port, handler: new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (_, cancellation) => ConnectAsync(from, tls, cancellation),
        });
        await using var call = RawCall.Open(http, method, headers);
        try
        {
            await call.SendAsync("ship"u8);
            call.End();
            return (await call.StatusAsync()).Code;
        }
        catch (OperationCanceledException e)
        {
            // HttpClient cancels a body that nobody reads any more, and may tell that instead of what has happened.
            throw new IOException("the server has gone", e);
        }
    }

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
    }

    private ClientProcess Own(ClientProcess process)
    {
        _running.Add(process);
        return process;
    }

    private Dictionary<string, string> Environment(string node, bool rbac) => new()
    {
        ["GRPC_XDS_EXPERIMENTAL_RBAC"] = rbac ? "true" : "false",
        ["GRPC_XDS_BOOTSTRAP_CONFIG"] = GrpcBootstrap.Create(new BootstrapOptions
        {
            Node = node,
            Xds = Xds.Address.ToString(),
            Tls = _workloads.Single(w => w.Name == node).Tls,
        }).ToJsonString(),
    };

    private async ValueTask<Stream> ConnectAsync(
        IPAddress from, SslClientAuthenticationOptions? tls, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(new IPEndPoint(_server, Port), cancellation);
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
            throw e is System.Security.Authentication.AuthenticationException
                ? new IOException("the handshake failed", e) : e;
        }
    }
}
