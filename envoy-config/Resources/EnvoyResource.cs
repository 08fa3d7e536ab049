using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf;
using Jumpgate.EnvoyConfig.Resources.Validation;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Resources;

/// <summary>
/// Makes resources of Envoy's messages: with their names, with what they refer to (which a snapshot must then hold),
/// and not at all where a client would refuse it, or take it and ignore a part.
/// </summary>
public static class EnvoyResource
{
    /// <param name="elsewhere">References that need not resolve in the snapshot: clusters of the bootstrap.</param>
    /// <param name="deprecatedAllowed">See <see cref="ResourceValidator.Validate"/>.</param>
    /// <param name="problems">One sentence each; empty when it is a resource.</param>
    public static bool TryCreate(
        IMessage message, IReadOnlySet<XdsReference> elsewhere, [NotNullWhen(true)] out XdsResource? resource,
        out ImmutableArray<string> problems, IReadOnlySet<string>? deprecatedAllowed = null)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var references = new HashSet<XdsReference>();
        var name = NameOf(message);
        if (string.IsNullOrEmpty(name))
        {
            found.Add($"a {message.Descriptor.Name} has no name");
        }

        var kind = message.Descriptor.Name;
        found.AddRange(ResourceValidator.Validate(message, deprecatedAllowed).Select(p => $"{kind} '{name}': {p}"));
        foreach (var part in MessageWalk.Of(message))
        {
            references.UnionWith(ReferencesOf(part));
            if (part is RouteConfiguration routes)
            {
                found.AddRange(DomainsTwice(routes));
            }
        }

        problems = found.ToImmutable();
        resource = problems.IsEmpty ? XdsResource.Create(name!, message, references.Except(elsewhere)) : null;
        return resource is not null;
    }

    /// <returns>Null for what is no resource.</returns>
    public static string? NameOf(IMessage message) => message switch
    {
        Listener listener => listener.Name,
        RouteConfiguration route => route.Name,
        Cluster cluster => cluster.Name,
        ClusterLoadAssignment endpoints => endpoints.ClusterName,
        Secret secret => secret.Name,
        _ => null,
    };

    private static IEnumerable<XdsReference> ReferencesOf(IMessage part) => part switch
    {
        Rds rds => One(XdsType.Route, rds.RouteConfigName),
        RouteAction { ClusterSpecifierCase: RouteAction.ClusterSpecifierOneofCase.Cluster } action =>
            One(XdsType.Cluster, action.Cluster),
        RouteAction.Types.RequestMirrorPolicy mirror => One(XdsType.Cluster, mirror.Cluster),
        WeightedCluster.Types.ClusterWeight weight => One(XdsType.Cluster, weight.Name),
        TcpProxy { ClusterSpecifierCase: TcpProxy.ClusterSpecifierOneofCase.Cluster } tcp =>
            One(XdsType.Cluster, tcp.Cluster),
        TcpProxy.Types.WeightedCluster.Types.ClusterWeight weight => One(XdsType.Cluster, weight.Name),
        GrpcService.Types.EnvoyGrpc grpc => One(XdsType.Cluster, grpc.ClusterName),
        HttpUri uri => One(XdsType.Cluster, uri.Cluster),
        Cluster { EdsClusterConfig: { } eds } cluster =>
            One(XdsType.Endpoint, eds.ServiceName.Length > 0 ? eds.ServiceName : cluster.Name),
        // Those of another SDS server are not ours; its cluster is found below.
        SdsSecretConfig { SdsConfig: { ConfigSourceSpecifierCase: not ConfigSource.ConfigSourceSpecifierOneofCase.ApiConfigSource } } secret => One(XdsType.Secret, secret.Name),
        _ => [],
    };

    private static IEnumerable<XdsReference> One(XdsType type, string name) =>
        name.Length > 0 ? [new XdsReference(type.Url, name)] : [];

    /// <summary>A domain twice, in whatever case, loses the whole configuration.</summary>
    private static IEnumerable<string> DomainsTwice(RouteConfiguration routes) => routes.VirtualHosts
        .SelectMany(h => h.Domains).GroupBy(d => d, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)
        .Select(g => $"route '{routes.Name}' has the domain '{g.Key}' twice");
}
