using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>
/// Policies that change under load: once a change is acknowledged, nothing it forbids reaches the server.
/// </summary>
[Collection("kernel")]
public sealed class ResiliencePolicyChangeTests
{
    private const int Peers = 100;

    [Fact]
    public async Task RequestForbidden_UnderLoad_TheServerSeesNoneAfterTheAcknowledgment()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        var atServer = new ConcurrentDictionary<string, int>();
        await using var server = await TestHttpServer.StartAsync(
            scene.Lab["server"].Namespace, new IPEndPoint(IPAddress.Any, 80), handler: async context =>
            {
                atServer.AddOrUpdate(context.Request.Path.Value!, 1, (_, count) => count + 1);
                context.Response.ContentLength = 2;
                await context.Response.Body.WriteAsync("ok"u8.ToArray());
            });
        using var stop = new CancellationTokenSource();
        var phase = 0;
        var afterwards = 0;
        var loads = Enumerable.Range(0, Peers).Select(async number =>
        {
            var peer = await ConnectAsync(scene);
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                // Every third gives up its connection now and then: new ones must be judged alike.
                if (number % 3 == 0 && i % 10 == 9)
                {
                    peer.Dispose();
                    peer = await ConnectAsync(scene);
                }

                // A path of its own tells at the server which side of the acknowledgment it was sent on.
                var sent = Volatile.Read(ref phase);
                var (status, _) = await peer.AskAsync($"GET /v1/first/{sent}");
                Assert.True(sent == 0 ? status is 200 or 403 : status == 403, $"{status} in phase {sent}");
                Assert.Equal(200, (await peer.AskAsync("GET /v1/both")).Status);
                Interlocked.Add(ref afterwards, sent);
            }

            peer.Dispose();
        }).ToList();
        await Wait.UntilAsync(() => atServer.GetValueOrDefault("/v1/first/0") > Peers, Wait.Patience, "load");

        await scene.ApplyAsync(
            "p0.yaml", Policies.Server(Policies.HttpGetV1.Replace("/v1/.*", "/v1/both", StringComparison.Ordinal)));
        Volatile.Write(ref phase, 1);
        await Wait.UntilAsync(() => Volatile.Read(ref afterwards) > 2 * Peers
            || loads.Exists(l => l.IsFaulted), Wait.Patience, "load afterwards");
        await stop.CancelAsync();
        await Task.WhenAll(loads).WaitAsync(Wait.Patience);

        Assert.DoesNotContain("/v1/first/1", atServer.Keys);
        Assert.True(atServer["/v1/both"] > Peers);
    }

    [Fact]
    public async Task PortForbidden_UnderLoad_OpenConnectionsEnd_NoneComesThrough()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        var server = scene.Serve(false);
        var peers = new List<HttpPeer>();
        for (var i = 0; i < Peers; i++)
        {
            peers.Add(await scene.ConnectAsync("client", scene.Server(false)));
        }

        var loads = peers.Select(async peer =>
        {
            while (true)
            {
                Assert.Equal(200, (await peer.AskAsync("GET /v1/x")).Status);
            }
        }).ToList();
        await Wait.UntilAsync(() => server.Requests > Peers, Wait.Patience, "load");
        await scene.ApplyAsync("p0.yaml",
            Policies.Server(Policies.HttpGetV1.Replace("org: empire", "org: nobody", StringComparison.Ordinal)));

        foreach (var load in loads)
        {
            var ended = await Record.ExceptionAsync(() => load.WaitAsync(Wait.Patience));
            Assert.True(ended is SocketException or IOException, $"{ended}");
        }

        var requests = server.Requests;
        Assert.False(await scene.CanConnectAsync("client", scene.Server(false)));
        Assert.Equal(requests, server.Requests);
    }

    private static Task<HttpPeer> ConnectAsync(Scene scene) =>
        HttpPeer.ConnectAsync(scene.InNamespace("client"), scene.Server(false));
}
