using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>
/// Who belongs to which entity, in both directions and families, and when a direction is in default deny.
/// </summary>
[Collection("kernel")]
public sealed class EntityTests
{
    private const int FirstPort = 8000;

    /// <summary>
    /// Entities, each on a port of its own, and who belongs to them; WORKLOAD stands for the workload asked.
    /// </summary>
    private static readonly (string Entity, string Members)[] Entities =
    [
        ("all", "WORKLOAD4 WORKLOAD6 node4 node6 world4 world6"),
        ("world", "world4 world6"),
        ("world-ipv4", "world4"),
        ("world-ipv6", "world6"),
        ("host", "node4 node6"),
        ("cluster", "WORKLOAD4 WORKLOAD6 node4 node6"),
    ];

    [Fact]
    public async Task Ingress_FromEntities_AdmitsWhoBelongsToThem()
    {
        await using var scene = await Scene.StartAsync(Policies.Server("ingress:\n" + Rules("fromEntities")));
        ServeAll(scene, "server");

        var reached = await AskAllAsync(
            scene, ["client", "node", "world"], (from, ipv6, port) => (from, scene.Server(ipv6, port)));

        Assert.Equal(Expected("client"), reached);
    }

    [Fact]
    public async Task Egress_ToEntities_AdmitsWhoBelongsToThem()
    {
        await using var scene = await Scene.StartAsync(Policies.Client("egress:\n" + Rules("toEntities")));
        foreach (var place in (string[])["server", "node", "world"])
        {
            ServeAll(scene, place);
        }

        var reached = await AskAllAsync(
            scene, ["server", "node", "world"], (to, ipv6, port) =>
                ("client", new IPEndPoint(Address(scene, to, ipv6), port)));

        Assert.Equal(Expected("server"), reached);
    }

    [Fact]
    public async Task DefaultDeny_AsTheRuleSays()
    {
        await using var scene = await Scene.StartAsync();
        scene.Serve(false);
        foreach (var (sections, expected) in (IEnumerable<(string, string)>)
            [
                ("enableDefaultDeny: { ingress: true }", ""),
                ("enableDefaultDeny: { ingress: false }\ningress: [ { fromEntities: [ host ] } ]", "client world"),
                ("enableDefaultDeny: { ingress: false }\ningressDeny: [ { fromEntities: [ world ] } ]", "client"),
                ("ingressDeny: [ { fromEntities: [ world ] } ]", ""),
            ])
        {
            await scene.ApplyAsync("p.yaml", Policies.Server(sections));
            var reached = await Task.WhenAll(((string[])["client", "world"]).Select(async from =>
                await scene.CanConnectAsync(
                    from, scene.Server(false), expected.Contains(from, StringComparison.Ordinal) ? Wait.Patience : null)
                    ? from : null));
            Assert.Equal($"{sections}: {expected}", $"{sections}: {string.Join(' ', reached.OfType<string>())}");
        }
    }

    private static string Rules(string field) => string.Join('\n', Entities.Select((e, i) =>
        $"  - {field}: [ {e.Entity} ]\n    toPorts: [ {{ ports: [ {{ port: \"{FirstPort + i}\", protocol: TCP }} ] }} ]"));

    private static IEnumerable<string> Expected(string workload) => Entities.Select(
        e => $"{e.Entity}: {e.Members.Replace("WORKLOAD", workload, StringComparison.Ordinal)}");

    private static void ServeAll(Scene scene, string place)
    {
        for (var i = 0; i < Entities.Length; i++)
        {
            scene.Serve(false, FirstPort + i, place);
            scene.Serve(true, FirstPort + i, place);
        }
    }

    /// <returns>One line for each entity, as in <see cref="Expected"/>.</returns>
    private static async Task<IEnumerable<string>> AskAllAsync(
        Scene scene, string[] peers, Func<string, bool, int, (string From, IPEndPoint To)> connection) =>
        await Task.WhenAll(Entities.Select(async (entity, i) =>
        {
            var reached = await Task.WhenAll(peers.SelectMany(peer => ((bool[])[false, true]).Select(async ipv6 =>
            {
                var (from, to) = connection(peer, ipv6, FirstPort + i);
                var name = peer + (ipv6 ? "6" : "4");
                var expected = entity.Members.Contains(name, StringComparison.Ordinal)
                    || (peer is "client" or "server" && entity.Members.Contains("WORKLOAD", StringComparison.Ordinal));
                // Many are made at once.
                var limit = expected ? Wait.Patience : Scene.Silence;
                return await scene.CanConnectAsync(from, to, limit) ? name : null;
            })));
            return $"{entity.Entity}: {string.Join(' ', reached.OfType<string>())}";
        }));

    private static IPAddress Address(Scene scene, string place, bool ipv6) => place == "node"
        ? ipv6 ? scene.Lab["client"].GatewayIPv6 : scene.Lab["client"].GatewayIPv4
        : scene.Lab[place].Address(ipv6);
}
