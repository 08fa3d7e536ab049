using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Service.Accesslog.V3;
using Envoy.Service.Auth.V3;
using Google.Protobuf;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Connections;
using Jumpgate.Http;
using Jumpgate.Testing;
using Jumpgate.Xds;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Tests.Clients;
using Jumpgate.Xds.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.ControlPlane.Services;

/// <summary>The services as a real gRPC client (C-core) meets them, at the control plane's port.</summary>
public sealed class EnvoyServicesTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly SnapshotStore _store = Empire.Store();
    private readonly FlowLog _log = new();
    private readonly AgentMetrics _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<XdsServer> _servers = [];

    [Fact]
    public async Task Check_IsAnswered_AndFollowsThePolicyInForce_AndIsMonitored()
    {
        await using var client = await ClientAsync();

        var allowed = await CheckAsync(client, Empire.Ask(Empire.Tiefighter, "GET /v1/x"));
        Assert.Equal(CheckResponse.HttpResponseOneofCase.OkResponse, allowed.HttpResponseCase);
        Assert.Empty(_log.Recent(10));

        var denied = await CheckAsync(client, Empire.Ask(Empire.Xwing, "GET /v1/x", headers: "authorization: s3cret"));
        Assert.Equal((7, "Access denied\r\n"), (denied.Status.Code, denied.DeniedResponse.Body));
        var record = Assert.Single(_log.Recent(10));
        Assert.Equal(("DROPPED", "POLICY_DENIED", "xwing", "deathstar"), (
            record.Verdict, record.DropReasonDesc, record.Source.Workload, record.Destination.Workload));
        Assert.Equal(("GET", "/v1/x", 403), (record.L7!.Http!.Method, record.L7.Http.Url, record.L7.Http.Code));
        Assert.DoesNotContain("s3cret", System.Text.Json.JsonSerializer.Serialize(record), StringComparison.Ordinal);

        _store.Swap(
            Empire.Snapshot(
            Empire.Policy.Replace("org: empire } } ]", "org: alliance } } ]", StringComparison.Ordinal)));
        Assert.Equal(0, (await CheckAsync(client, Empire.Ask(Empire.Xwing, "GET /v1/x"))).Status.Code);
        Assert.Equal(7, (await CheckAsync(client, Empire.Ask(Empire.Tiefighter, "GET /v1/x"))).Status.Code);

        using var follower = _log.Follow(0, out _);
        Assert.Equal(0, (await CheckAsync(client, Empire.Ask(Empire.Xwing, "GET /v1/x"))).Status.Code);
        Assert.True(follower.Reader.TryRead(out var forwarded));
        Assert.Equal(("FORWARDED", "asked by Envoy"), (forwarded.Verdict, forwarded.Summary));
    }

    [Fact]
    public async Task Check_WhatIsNoMessage_IsAnError_AndAnEmptyOneANo()
    {
        await using var client = await ClientAsync();

        Assert.StartsWith("INTERNAL", await client.AskAsync($"check {Convert.ToBase64String([0x0a, 0xff, 0xff])}"),
            StringComparison.Ordinal);
        Assert.Equal(7, (await CheckAsync(client, new AttributeContext())).Status.Code);
    }

    [Fact]
    public async Task Log_Entries_ShowInTheMonitor()
    {
        await using var client = await ClientAsync();
        var denied = AccessLogTests.Http(e =>
        {
            e.CommonProperties.DownstreamDirectRemoteAddress = Empire.At(Empire.Xwing);
            e.Response.ResponseCode = 403;
            e.Response.ResponseCodeDetails = "rbac_access_denied_matched_policy[none]";
        });

        // Entries are taken one by one: with the second there, the first has been passed over, and nobody's following
        // can keep it.
        await client.AskAsync(Log(Message("envoy-1", AccessLogTests.Http(), denied)));
        await Wait.UntilAsync(
            () => _log.Recent(10).Count == 1, Wait.Patience, "the denied one is recorded, the other is not");
        Assert.Equal("rbac_access_denied_matched_policy[none]; logged by envoy-1", _log.Recent(1)[0].Summary);

        using var follower = _log.Follow(0, out _);
        await client.AskAsync(Log(Message(null, AccessLogTests.Http())));
        await Wait.UntilAsync(() => _log.Recent(10).Count == 2, Wait.Patience, "somebody follows");
        Assert.Equal(("FORWARDED", "tiefighter"), (_log.Recent(1)[0].Verdict, _log.Recent(1)[0].Source.Workload));
        Assert.Equal("OK", (await client.AskAsync("end")).Trim());
    }

    [Fact]
    public async Task Log_ThatDoesNotSayWhoItIs_IsRefused()
    {
        await using var client = await ClientAsync();

        Assert.Equal(
            "INVALID_ARGUMENT the first request of a stream names its node: node.id is missing", await RefusedAsync(
            Message(null, AccessLogTests.Http())));
        Assert.Equal("INVALID_ARGUMENT identifier.log_name is missing", await RefusedAsync(
            new StreamAccessLogsMessage { Identifier = new() { Node = new Node { Id = "a" } } }));
        Assert.Equal(
            "PERMISSION_DENIED node 'stranger' is none of this server's", await RefusedAsync(Message("stranger")));
        Assert.Equal(
            "INVALID_ARGUMENT a stream is one node's: node.id changed", await RefusedAsync(Message("a"), Message("b")));
        Assert.Empty(_log.Recent(10));

        async Task<string> RefusedAsync(params StreamAccessLogsMessage[] messages)
        {
            await client.AskAsync(Log(messages));
            return await client.AskAsync("code");
        }
    }

    [Fact]
    public async Task Log_Flood_FillsNoMoreThanItsBudget()
    {
        await using var client = await ClientAsync();
        _log.Add(new FlowRecords(_store, TimeProvider.System).From(new Http.Observation.HttpRequestRecord
        {
            Time = DateTimeOffset.UtcNow,
            Flow = new FlowMetadata
            {
                Source = new IPEndPoint(IPAddress.Loopback, 1),
                OriginalDestination = new IPEndPoint(IPAddress.Loopback, 2),
                SourceIdentity = default,
                DestinationIdentity = default,
                SourceGroup = default,
                DestinationGroup = default,
            },
            Outcome = Http.Observation.RequestOutcome.Denied,
            Protocol = "HTTP/1.1",
            Method = "GET",
            Target = "/mine",
            Authority = "x",
            Status = 403,
            Duration = default,
            PolicyRevision = 1,
        }));
        var denied =
            AccessLogTests.Http(e => e.Response.ResponseCodeDetails = "rbac_access_denied_matched_policy[none]");

        await client.AskAsync(
            Log([.. Enumerable.Range(0, 10).Select(_ => Message("envoy-1", [.. Enumerable.Repeat(denied, 1000)]))]));
        Assert.Equal("OK", (await client.AskAsync("end")).Trim());

        Assert.InRange(_log.Recent(5000).Count, 1001, 4095);
        Assert.Equal("/mine", _log.Recent(5000)[0].L7!.Http!.Url);
    }

    [Fact]
    public async Task Log_AgentStops_StreamIsToldToComeBack()
    {
        await using var client = await ClientAsync();
        await client.AskAsync(
            Log(Message("envoy-1", AccessLogTests.Http(e => e.Response.ResponseCodeDetails = "ext_authz_denied"))));
        await Wait.UntilAsync(() => _log.Recent(10).Count == 1, Wait.Patience, "it is open");

        await _stopping.CancelAsync();

        Assert.Equal("UNAVAILABLE the server stops", await client.AskAsync("code"));
    }

    [Fact]
    public async Task WithClientCertificates_OnlyNodesAsk_AndEachForItself()
    {
        using var certificates = new TestCertificates();
        await using var node = await ClientAsync(certificates, "envoy-1");
        await using var stranger = await ClientAsync(certificates, "stranger");

        Assert.Equal(7, (await CheckAsync(node, Empire.Ask(Empire.Xwing, "GET /v1/x"))).Status.Code);
        Assert.Equal("ingress is denied at L3/L4; asked by envoy-1", _log.Recent(1)[0].Summary);
        Assert.Equal(
            "PERMISSION_DENIED the client's certificate does not name a node of this server",
            await stranger.AskAsync($"check {Encode(new CheckRequest { Attributes = new AttributeContext() })}"));

        await node.AskAsync(Log(Message("envoy-2")));
        Assert.Equal(
            "PERMISSION_DENIED the client's certificate does not name node 'envoy-2'", await node.AskAsync("code"));
        await node.AskAsync(Log(Message("envoy-1")));
        Assert.Equal("OK", (await node.AskAsync("end")).Trim());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>This xunit asks for the end in this way only.</summary>
    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _stopping.Dispose();
        _metrics.Dispose();
    }

    private static string Encode(IMessage message) => Convert.ToBase64String(message.ToByteArray());

    private static string Log(params StreamAccessLogsMessage[] messages) =>
        $"log {string.Join(' ', messages.Select(Encode))}";

    private static StreamAccessLogsMessage Message(
        string? node, params Envoy.Data.Accesslog.V3.HTTPAccessLogEntry[] entries)
    {
        var message = new StreamAccessLogsMessage
        {
            HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries { LogEntry = { entries } },
        };
        if (node is not null)
        {
            message.Identifier =
                new StreamAccessLogsMessage.Types.Identifier { LogName = "jumpgate", Node = new Node { Id = node } };
        }

        return message;
    }

    private static async Task<CheckResponse> CheckAsync(ClientProcess client, AttributeContext asked)
    {
        var answer = await client.AskAsync($"check {Encode(new CheckRequest { Attributes = asked })}");
        Assert.StartsWith("OK ", answer, StringComparison.Ordinal);
        return CheckResponse.Parser.ParseFrom(Convert.FromBase64String(answer[3..]));
    }

    private async Task<ClientProcess> ClientAsync(TestCertificates? certificates = null, string node = "envoy-1")
    {
        var options = new XdsServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Tls = certificates?.Options,
        };
        var services = new EnvoyServices(
            _store, _log, new FlowRecords(_store, TimeProvider.System), _metrics.Envoy, new HttpFilterOptions(),
            TimeProvider.System);
        var grouping = new NoStrangers();
        var server = await XdsServer.StartAsync(
            options, grouping, NullLogger.Instance,
            services.Create(new NodeAdmission(options, grouping), NullLogger.Instance, _stopping.Token),
            CancellationToken.None);
        _servers.Add(server);
        var script = Path.Combine(AppContext.BaseDirectory, "ControlPlane", "Services", "raw_client.py");
        if (certificates is null)
        {
            return ClientProcess.PythonFile(script, new Dictionary<string, string>(), [server.Address.ToString()]);
        }

        using var certificate = certificates.Client(b => b.AddUri(new Uri($"spiffe://empire/node/{node}")));
        var folder = Path.GetDirectoryName(certificates.CaFile)!;
        var (file, key) = (Path.Combine(folder, $"{node}.pem"), Path.Combine(folder, $"{node}.key"));
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(key, System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions
            .GetECDsaPrivateKey(certificate)!.ExportPkcs8PrivateKeyPem());
        return ClientProcess.PythonFile(
            script, new Dictionary<string, string>(), [server.Address.ToString(), certificates.CaFile, file, key]);
    }

    private sealed class NoStrangers : INodeGrouping
    {
        public string? GroupOf(XdsNode node) => node.Id.Contains("stranger", StringComparison.Ordinal) ? null : node.Id;
    }
}
