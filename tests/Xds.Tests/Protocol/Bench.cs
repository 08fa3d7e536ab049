using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

internal static class Bench
{
    /// <summary>Order never times out here: what is held is held.</summary>
    public static XdsServerOptions Options { get; } = XdsLab.Options with { OrderTimeout = TimeSpan.FromHours(1) };

    public static async Task<XdsServer> StartAsync(params IEnumerable<XdsResource> resources)
    {
        var server = await XdsLab.StartAsync(Options);
        server.Cache.Publish("all", Fences.Snapshot(resources));
        return server;
    }

    /// <summary>Clusters with their endpoints.</summary>
    public static IEnumerable<XdsResource> Clusters(params string[] names) =>
        names.SelectMany(n => new[] { Deathstar.Cluster(n), Deathstar.Endpoints(n, 1) });
}
