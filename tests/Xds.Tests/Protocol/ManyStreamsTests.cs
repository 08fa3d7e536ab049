using Jumpgate.Testing;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

public sealed class ManyStreamsTests
{
    [Fact]
    public async Task ThousandStreams_AllFollowAChange()
    {
        const int Count = 1000;
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        using var http = RawCall.Http(server.Address.Port);
        var clients = Enumerable.Range(0, Count).Select(i => SotwClient.Open(http, $"node-{i}")).ToList();
        await Task.WhenAll(clients.Select(async client =>
        {
            await client.SubscribeAsync(XdsType.Cluster);
            await client.AckAsync(await client.NextAsync(XdsType.Cluster));
        }));
        Assert.Equal(Count, server.Streams.Count);

        server.Cache.Publish("all", Fences.Snapshot(Bench.Clusters("a", "b", "c")));

        var names = await Task.WhenAll(clients.Select(async client =>
        {
            var response = await client.NextAsync(XdsType.Cluster);
            await client.AckAsync(response);
            return response.Names();
        }));
        Assert.Equal(["a,b,c"], names.Distinct());
        await Testing.Wait.UntilAsync(
            () => server.Streams.Describe().All(s => s.Types.All(t => t.State == Status.TypeSync.Synced)),
            Wait.Patience, "all ACKs");
        foreach (var client in clients)
        {
            client.Call.Cancel();
        }

        await Testing.Wait.UntilAsync(() => server.Streams.Count == 0, Wait.Patience, "all streams to be gone");
    }
}
