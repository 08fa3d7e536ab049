using System.Net;
using Jumpgate.EndToEnd.Tests.Support;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>Who belongs to which entity, in both directions and families, and when a direction is in default deny.</summary>
[Collection("kernel")]
public sealed class EntityTests
{
    private static readonly string[] Peers = ["client", "node", "world"];

    [Fact]
    public async Task Ingress_FromEntities_AdmitsWhoBelongsToThem()
    {
        await using var scene = await Scene.StartAsync();
        scene.Serve(false);
        scene.Serve(true);
        foreach (var (entity, expected) in (IEnumerable<(string, string)>)
            [
                ("all", "client4 client6 node4 node6 world4 world6"),
                ("world", "world4 world6"),
                ("world-ipv4", "world4"),
                ("world-ipv6", "world6"),
                ("host", "node4 node6"),
                ("cluster", "client4 client6 node4 node6"),
            ])
        {
            await scene.ApplyAsync("p.yaml", Policies.Server($"ingress: [ {{ fromEntities: [ {entity} ] }} ]"));
            Assert.Equal($"{entity}: {expected}", $"{entity}: {await ReachAsync(scene, Peers, (_, ipv6) => scene.Server(ipv6))}");
        }
    }

    [Fact]
    public async Task Egress_ToEntities_AdmitsWhoBelongsToThem()
    {
        await using var scene = await Scene.StartAsync();
        foreach (var place in (string[])["server", "node", "world"])
        {
            scene.Serve(false, 80, place);
            scene.Serve(true, 80, place);
        }

        foreach (var (entity, expected) in (IEnumerable<(string, string)>)
            [
                ("all", "server4 server6 node4 node6 world4 world6"),
                ("world", "world4 world6"),
                ("world-ipv4", "world4"),
                ("world-ipv6", "world6"),
                ("host", "node4 node6"),
                ("cluster", "server4 server6 node4 node6"),
            ])
        {
            await scene.ApplyAsync("p.yaml", Policies.Client($"egress: [ {{ toEntities: [ {entity} ] }} ]"));
            var reached = await ReachAsync(
                scene, ["server", "node", "world"], (place, ipv6) => new IPEndPoint(Address(scene, place, ipv6), 80), "client");
            Assert.Equal($"{entity}: {expected}", $"{entity}: {reached}");
        }
    }

    [Fact]
    public async Task DefaultDeny_AsTheRuleSays()
    {
        await using var scene = await Scene.StartAsync();
        scene.Serve(false);
        foreach (var (sections, expected) in (IEnumerable<(string, string)>)
            [
                ("ingress: [ {} ]", ""),
                ("ingress: []", "client4 stranger4 world4"),
                ("enableDefaultDeny: { ingress: true }", ""),
                ("enableDefaultDeny: { ingress: false }\ningress: [ { fromEntities: [ host ] } ]", "client4 stranger4 world4"),
                ("ingressDeny: [ { fromEntities: [ world ] } ]", ""),
                ("enableDefaultDeny: { ingress: false }\ningressDeny: [ { fromEntities: [ world ] } ]", "client4 stranger4"),
                ("egress: [ {} ]", "client4 stranger4 world4"),
            ])
        {
            await scene.ApplyAsync("p.yaml", Policies.Server(sections));
            var reached = await ReachAsync(scene, ["client", "stranger", "world"], (_, _) => scene.Server(false), null, false);
            Assert.Equal($"{sections}: {expected}", $"{sections}: {reached}");
        }
    }

    private static IPAddress Address(Scene scene, string place, bool ipv6) =>
        place == "node" ? ipv6 ? scene.Lab["client"].GatewayIPv6 : scene.Lab["client"].GatewayIPv4 : scene.Lab[place].Address(ipv6);

    /// <returns>Peers that got through, with 4 or 6 behind their name.</returns>
    private static async Task<string> ReachAsync(
        Scene scene, string[] peers, Func<string, bool, IPEndPoint> target, string? from = null, params bool[] families)
    {
        families = families.Length == 0 ? [false, true] : families;
        var reached = await Task.WhenAll(peers.SelectMany(peer => families.Select(async ipv6 =>
            await scene.CanConnectAsync(from ?? peer, target(peer, ipv6)) ? peer + (ipv6 ? "6" : "4") : null)));
        return string.Join(' ', reached.OfType<string>());
    }
}
