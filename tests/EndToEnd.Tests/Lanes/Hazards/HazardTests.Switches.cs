using System.Buffers.Binary;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>What changes while lanes are open: policy, switches, labels, time.</summary>
public sealed partial class HazardTests
{
    private const string OnlyOther = """
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: "8000", endPort: 8099, protocol: TCP } ]
                rules: { http: [ { path: "/v1/other" } ] }
        """;

    /// <summary>Hazard 9: from the moment the new revision is in force until the lane is renewed.</summary>
    [Fact]
    public async Task PolicyChange_RevisionThatTheLaneDoesNotKnow_IsTheProxys()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        var maps = new KernelMaps(scene.Scene);
        var before = maps.Read("datapath");
        var ahead = before.ToArray();
        // By two: the same half of the tables.
        BinaryPrimitives.WriteUInt64LittleEndian(ahead, BinaryPrimitives.ReadUInt64LittleEndian(ahead) + 2);
        var (decided, stale) = (await scene.DecidedAsync(), await SaidAsync("stale"));
        maps.Write("datapath", ahead);
        try
        {
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
        }
        finally
        {
            maps.Write("datapath", before);
        }

        Assert.Equal((decided, stale + 1), (await scene.DecidedAsync(), await SaidAsync("stale")));
        await UntilDecidedAsync(client);
    }

    /// <summary>
    /// Hazard 9: an open lane obeys the new rules as soon as they are said to be in force, and decides by them.
    /// </summary>
    [Fact]
    public async Task PolicyChange_RequestOfAnOpenLane_ObeysTheNewRules()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        try
        {
            for (var i = 0; i < 3; i++)
            {
                await scene.Scene.ApplyAsync("p0.yaml", Policies.Server(OnlyOther));
                Assert.Equal(403, (await client.AskAsync(Wire.Request("/v1/hello"))).Status);
                await scene.UntilDecidedAsync(
                    async () => Assert.Equal(200, (await client.AskAsync(Wire.Request("/v1/other"))).Status));
                Assert.Equal(403, (await client.AskAsync(Wire.Request("/v1/hello"))).Status);
                await scene.Scene.ApplyAsync("p0.yaml", Policies.Server(PartyScene.Policy));
                await UntilDecidedAsync(client);
            }
        }
        finally
        {
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server($"{PartyScene.Policy}\n"));
        }
    }

    /// <summary>Hazard 9: what a header meant under the old rules is not remembered under the new ones.</summary>
    [Fact]
    public async Task PolicyChange_SameHeadersUnderNewRules_AreReadAnew()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        try
        {
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server(OnlyWith("one")));
            await scene.UntilDecidedAsync(async () => Assert.Equal(200, await PassAsync("one")));
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server(OnlyWith("two")));
            var unknown = await SaidAsync("unknown");
            await Wait.UntilAsync(
                async () =>
                {
                    Assert.Equal(403, await PassAsync("one"));
                    return await SaidAsync("unknown") > unknown;
                },
                Wait.Patience,
                "the kernel to read the header under the new rules",
                scene.Scene.Agent.Captured);
            await scene.UntilDecidedAsync(async () => Assert.Equal(200, await PassAsync("two")));
        }
        finally
        {
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server($"{PartyScene.Policy}\n"));
        }

        async Task<int> PassAsync(string pass) =>
            (await client.AskAsync(Wire.Request("/v1/hello", headers: $"X-Pass: {pass}\r\n"))).Status;
    }

    /// <summary>What is remembered of a request's fields says nothing of its method and target.</summary>
    [Fact]
    public async Task Remembered_FieldsOfAnotherTarget_AreJudgedWithTheirOwn()
    {
        const string Guarded = """
            ingress:
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
                toPorts:
                  - ports: [ { port: "8000", endPort: 8099, protocol: TCP } ]
                    rules: { http: [ { path: "/v1/hello" }, { path: "/v1/guarded", headers: [ "X-Pass: one" ] } ] }
            """;
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        try
        {
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server(Guarded));
            for (var i = 0; i < 3; i++)
            {
                await UntilDecidedAsync(client);
                Assert.Equal(403, (await client.AskAsync(Wire.Request("/v1/guarded"))).Status);
            }
        }
        finally
        {
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server($"{PartyScene.Policy}\n"));
        }
    }

    private static string OnlyWith(string pass) => $$"""
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: "8000", endPort: 8099, protocol: TCP } ]
                rules: { http: [ { path: "/v1/.*", headers: [ "X-Pass: {{pass}}" ] } ] }
        """;

    /// <summary>Hazard 13: a switch counts for sockets that have joined, and comes back.</summary>
    [Fact]
    public async Task Switch_OffAndOn_CountsForOpenLanes()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        try
        {
            foreach (var mode in (string[])["off", "short-circuit", "off"])
            {
                Assert.Equal(0, scene.Scene.Ask("lanes", "set", mode).ExitCode);
                var decided = await scene.DecidedAsync();
                for (var i = 0; i < 20; i++)
                {
                    Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
                    Assert.Equal(403, (await client.AskAsync(Wire.Request("/secret"))).Status);
                }

                Assert.Equal(decided, await scene.DecidedAsync());
                Assert.Equal(0, scene.Scene.Ask("lanes", "set", "policy").ExitCode);
                await UntilDecidedAsync(client);
            }
        }
        finally
        {
            scene.Scene.Ask("lanes", "set", "policy");
        }

        Assert.Equal(1, server.Accepted);
    }

    /// <summary>
    /// Hazard 12: a workload that cannot bear lanes says so, and its sockets do not join; those that have stay, and the
    /// kernel decides nothing there until the label goes.
    /// </summary>
    [Fact]
    public async Task Label_Off_KeepsSocketsOut_AndTouchesNoOpenConnection()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        var file = scene.Scene.WorkloadsFile;
        var workloads = await File.ReadAllTextAsync(file);
        var maps = new KernelMaps(scene.Scene);
        try
        {
            await WriteAsync(
                workloads.Replace(
                    "class: server", "class: server, jumpgate.dev/lanes: \"off\"", StringComparison.Ordinal));
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
            var decided = await scene.DecidedAsync();
            var joined = maps.Count("lane_pairs");
            using var second = await Wire.ConnectAsync(scene.Scene, server.Address);
            for (var i = 0; i < 5; i++)
            {
                foreach (var connection in (Wire[])[client, second])
                {
                    Assert.Equal((200, "hello\n"), await connection.AskAsync(Wire.Request("/v1/hello")));
                    Assert.Equal(403, (await connection.AskAsync(Wire.Request("/secret"))).Status);
                }
            }

            Assert.Equal(decided, await scene.DecidedAsync());
            Assert.Equal(joined, maps.Count("lane_pairs"));
        }
        finally
        {
            await WriteAsync(workloads);
        }

        await UntilDecidedAsync(client);
        Assert.Equal(2, server.Accepted);

        Task WriteAsync(string text) => scene.Scene.AcknowledgedAsync(() =>
        {
            File.WriteAllText($"{file}.new", text);
            File.Move($"{file}.new", file, overwrite: true);
        });
    }

    /// <summary>Hazard 8: the kernel's last use of a lane is what the proxy's time-outs see.</summary>
    [Fact]
    public async Task TimeOut_RequestInTheKernel_IsAUse()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 2; i++)
        {
            var idle = 0.0;
            await Wait.UntilAsync(
                async () => (idle = await IdleAsync()) >= 1, Wait.Patience, "the lane to be idle");
            var decided = await scene.DecidedAsync();
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            Assert.InRange(await IdleAsync(), 0, idle);
        }

        async Task<double> IdleAsync() => (await scene.LanesAsync()).Lanes
            .Single(l => l.Client == client.Socket.LocalEndPoint!.ToString()).IdleSeconds;
    }

    private static async Task HelloAsync(Wire wire)
    {
        while (await wire.ReadHeadAsync() is not null)
        {
            await WireServer.HelloAsync(wire);
        }
    }
}
