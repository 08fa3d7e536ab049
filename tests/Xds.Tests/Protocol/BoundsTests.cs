using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Jumpgate.Grpc;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Streams;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>What clients say, and groups that come and go, cost no more than their share.</summary>
public sealed class BoundsTests
{
    /// <summary>
    /// Nothing is in the subscription, but each name has to be answered: kept while the client answers nothing.
    /// </summary>
    [Fact]
    public async Task NamesUnsubscribedFromAll_CountAsNames()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NextAsync(XdsType.Cluster);

        for (var i = 0; i < 11; i++)
        {
            await client.RequestAsync(
                XdsType.Cluster, unsubscribe: [.. Enumerable.Range(0, 10_000).Select(n => $"made-up-{i}-{n}")]);
        }

        Assert.Equal(StatusCode.ResourceExhausted, (await client.Call.StatusAsync()).Code);
    }

    /// <summary>What a client says it has is kept until it is told what became of it.</summary>
    [Fact]
    public async Task InitialVersions_CountAsNames()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = DeltaClient.Open(server);

        await client.RequestAsync(XdsType.Cluster, subscribe: ["*"], initial: MadeUp(100_001));

        var (code, message) = await client.Call.StatusAsync();
        Assert.Equal(StatusCode.ResourceExhausted, code);
        Assert.Equal("more than 100000 names on one stream", message);
    }

    /// <summary>One type after the other, and no answer is taken.</summary>
    [Fact]
    public void InitialVersions_OfManyTypes_CountTogether()
    {
        var stream = new DiscoveryStream<DeltaType>(t => new DeltaType(t, TimeProvider.System), XdsLab.Options);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(stream.TryGet($"type.googleapis.com/made.up.Type{i}", out var type));
            type.Accept(Wildcard(MadeUp(1000)));
        }

        Assert.Equal(10_000, stream.Held.Names);
        Assert.Equal(10_000 * ("made-up-0000".Length + 1), stream.Held.Characters);
    }

    [Fact]
    public void InitialVersions_OfWhatIsNotThere_AreForgottenWithTheAnswer()
    {
        var type = new DeltaType(XdsType.Cluster, TimeProvider.System);
        type.Accept(Wildcard(MadeUp(1000)));
        Assert.Equal(1000, type.Held.Names);

        var content = type.Take(null, "1", removals: true);

        Assert.Equal(1000, content.Removed.Count);
        Assert.Equal(default, type.Held);
        Assert.Empty(type.Known.Names);
    }

    /// <summary>A name is a few characters, or a few million.</summary>
    [Fact]
    public async Task LongNames_CountByTheirLength()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("a", 1));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a");
        await client.AcceptAsync(XdsType.Endpoint);

        for (var i = 0; i < 5; i++)
        {
            await client.RequestAsync(XdsType.Endpoint, subscribe: [$"{i}{new string('x', 3_000_000)}"]);
            // Nothing is under way when the stream ends: an answer cut in two could not have a status behind it.
            await client.AcceptAsync(XdsType.Endpoint);
        }

        await client.RequestAsync(XdsType.Endpoint, subscribe: [new string('x', 3_000_000)]);

        var (code, message) = await client.Call.StatusAsync();
        Assert.Equal(StatusCode.ResourceExhausted, code);
        Assert.Equal("names of more than 16777216 characters on one stream", message);
    }

    [Fact]
    public async Task NodeThatDescribesItselfAtLength_IsRefused()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var call = RawCall.Open(RawCall.Http(server.Address.Port), Paths.Ads);

        await call.SendAsync(new DiscoveryRequest
        {
            TypeUrl = XdsType.Cluster.Url,
            Node = new Envoy.Config.Core.V3.Node { Id = "n", UserAgentName = new string('x', 1024 * 1024) },
        }.ToByteArray());

        var (code, message) = await call.StatusAsync();
        Assert.Equal(StatusCode.ResourceExhausted, code);
        Assert.Matches(@"^the node describes itself in \d+ bytes: more than 1048576; leave out metadata$", message);
    }

    [Fact]
    public void Names_ComeAndGo_AmountIsWhatIsThere()
    {
        var known = new KnownResources();
        known.HasVersion("a", "1");
        known.HasVersion("a", "22");
        known.HasVersion("b", "1");
        Assert.Equal(new Amount(2, 5), known.Told);
        known.IsAbsent("a");
        Assert.Equal(new Amount(1, 2), known.Told);
        known.Has(Bench.Clusters("b").First());
        Assert.Equal(default, known.Told);

        var names = new NameSet();
        for (var i = 0; i < 5000; i++)
        {
            names.Add($"{i:d4}");
            names.Add($"{i:d4}");
        }

        Assert.Equal((5000, 20_000), (names.Count, names.Length));
        for (var i = 0; i < 4999; i++)
        {
            Assert.True(names.Remove($"{i:d4}"));
        }

        Assert.False(names.Remove("0000"));
        Assert.Equal((1, 4), (names.Count, names.Length));
        Assert.Equal(["4999"], names);
    }

    private static Dictionary<string, string> MadeUp(int count) =>
        Enumerable.Range(0, count).ToDictionary(n => $"made-up-{n:d4}", _ => "1");

    private static DeltaDiscoveryRequest Wildcard(Dictionary<string, string> initial) =>
        new() { ResourceNamesSubscribe = { "*" }, InitialResourceVersions = { initial } };

    [Fact]
    public void LongComplaint_IsKeptInPart()
    {
        var type = new SotwType(XdsType.Cluster, TimeProvider.System);
        type.Accept(new DiscoveryRequest { TypeUrl = XdsType.Cluster.Url });
        type.Take(null, "1", removals: true);

        type.Accept(new DiscoveryRequest
        {
            TypeUrl = XdsType.Cluster.Url,
            ResponseNonce = "1",
            ErrorDetail = new Google.Rpc.Status { Code = 13, Message = new string('x', 1_000_000) },
        });

        Assert.Equal(1, type.Rejections);
        Assert.InRange(type.LastRejection!.Message.Length, 100, 1000);
    }

    [Fact]
    public async Task Withdrawn_Group_LeavesNothing_AndMayComeBack()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        Assert.NotNull(server.Cache.Find("all"));

        server.Cache.Withdraw("all");
        Assert.Null(server.Cache.Find("all"));

        Assert.True(server.Cache.Publish("all", Fences.Snapshot(Bench.Clusters("b"))));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        Assert.Contains("b", (await client.NextAsync(XdsType.Cluster)).Resources.Single().Value.ToStringUtf8(),
            StringComparison.Ordinal);
    }
}
