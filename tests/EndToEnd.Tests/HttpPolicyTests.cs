using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>L7 rules through the redirect, on real packets.</summary>
[Collection("kernel")]
public sealed class HttpPolicyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HttpRule_AllowedForwarded_DeniedAnswered403_ConnectionSurvives(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        var server = scene.Serve(ipv6);
        var peer = await scene.ConnectAsync("client", scene.Server(ipv6));

        var denied = await peer.AskAsync("PUT /v1/exhaust-port");
        var allowed = await peer.AskAsync("GET /v1/x");
        var escaped = await peer.AskAsync("GET /v1/%2e%2e/secret");

        Assert.Equal((403, "Access denied\r\n"), denied);
        Assert.Equal(200, allowed.Status);
        Assert.Equal(403, escaped.Status);
        Assert.Equal(1, server.Requests);
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(ipv6)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_SeesTheClientsOwnAddressAndPort_HeadersChangeNothing(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(ipv6);
        var peer = await scene.ConnectAsync("client", scene.Server(ipv6));

        var (status, body) = await peer.AskAsync(
            "GET /v1/who", "X-Forwarded-For: 1.2.3.4\r\nx-envoy-original-dst-host: 9.9.9.9:1\r\n");

        Assert.Equal(200, status);
        Assert.Equal($"peer={peer.Socket.LocalEndPoint};GET /v1/who HTTP/1.1", body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HttpRules_TakenAwayAndGivenBack_OpenConnectionGoesOn(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(ipv6);
        using var peer = await scene.ConnectAsync("client", scene.Server(ipv6));
        Assert.Equal(200, (await peer.AskAsync("GET /v1/x")).Status);
        Assert.Equal(403, (await peer.AskAsync("PUT /v1/x")).Status);

        await scene.ApplyAsync("p0.yaml", Policies.Server(Policies.FromEmpireTcp80));
        Assert.Equal(200, (await peer.AskAsync("PUT /v1/x")).Status);
        Assert.Equal(200, (await peer.AskAsync("GET /v2/x")).Status);
        // Who connects now meets no proxy.
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(ipv6), "PUT /v1/x"));

        await scene.ApplyAsync("p0.yaml", Policies.Server(Policies.HttpGetV1));
        Assert.Equal(403, (await peer.AskAsync("PUT /v1/x")).Status);
        Assert.Equal(200, (await peer.AskAsync("GET /v1/x")).Status);
    }

    [Fact]
    public async Task PolicyChange_OnOpenConnection_JudgesTheNextRequest()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        var peer = await scene.ConnectAsync("client", scene.Server(false));
        Assert.Equal(200, (await peer.AskAsync("GET /v1/x")).Status);

        await scene.ApplyAsync(
            "p0.yaml", Policies.Server(Policies.HttpGetV1.Replace("/v1/", "/v2/", StringComparison.Ordinal)));

        Assert.Equal(403, (await peer.AskAsync("GET /v1/x")).Status);
        Assert.Equal(200, (await peer.AskAsync("GET /v2/x")).Status);
    }

    [Fact]
    public async Task PolicyChange_Under500Connections_NoAllowedFails_NoDeniedPassesAfterwards()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        var peers = new List<HttpPeer>();
        for (var i = 0; i < 500; i++)
        {
            peers.Add(await scene.ConnectAsync("client", scene.Server(false)));
        }

        var changed = new TaskCompletionSource();
        var loads = peers.Select(async peer =>
        {
            // Allowed by both policies: must never fail, before, during or after the change.
            while (!changed.Task.IsCompleted)
            {
                Assert.Equal(200, (await peer.AskAsync("GET /v1/both")).Status);
            }

            // Allowed by the first one only: the change is acknowledged, so it must be denied now.
            Assert.Equal(403, (await peer.AskAsync("GET /v1/first")).Status);
            Assert.Equal(200, (await peer.AskAsync("GET /v1/both")).Status);
        }).ToList();
        await scene.ApplyAsync(
            "p0.yaml", Policies.Server(Policies.HttpGetV1.Replace("/v1/.*", "/v1/both", StringComparison.Ordinal)));
        changed.SetResult();

        await Task.WhenAll(loads).WaitAsync(Wait.Patience);
    }

    [Fact]
    public async Task AuditDocument_ForwardsAndRecords()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1)
            .Replace("{ name: server }", "{ name: server, annotations: { jumpgate.dev/audit: \"true\" } }",
                StringComparison.Ordinal));
        scene.Serve(false);

        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "DELETE /v1/x"));
        Assert.Contains(
            "http DELETE /v1/x AUDIT 200", scene.Ask("monitor", "--last", "20", "--protocol", "http").Output,
            StringComparison.Ordinal);
        await scene.ConnectsAsync("stranger", scene.Server(false));
    }

    [Fact]
    public async Task InvalidDocument_IsReported_AndTheFormerVersionStaysInForce()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        scene.WritePolicy("p0.yaml",
            Policies.Server(Policies.HttpGetV1).Replace("method: GET", "metod: GET", StringComparison.Ordinal));
        await Testing.Wait.UntilAsync(
            async () => (await scene.ReadStatusAsync()).Problems.Count > 0, Wait.Patience, "the error to be reported");

        var status = JsonSerializer.Deserialize<StatusReport>(scene.Ask("status", "--json").Output, AdminJson.Options)!;
        Assert.Contains(status.Problems, p => p.Contains("metod", StringComparison.Ordinal)
            && p.Contains("p0.yaml:", StringComparison.Ordinal));
        Assert.Equal(403, await scene.GetAsync("client", scene.Server(false), "PUT /v1/x"));
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false)));
    }
}
