using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Rbac.V3;
using Envoy.Type.Matcher.V3;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>
/// Who the other side is, by its address. At ingress that is a principal: <c>direct_remote_ip</c>, the connection's own
/// peer, which no header can forge (<c>remote_ip</c> believes X-Forwarded-For). At egress it is a permission: the
/// destination. Where peers have certificates it is their address and the SPIFFE ID of the workload that has it: never
/// less than the address.
/// </summary>
internal static class Peers
{
    /// <returns>One principal for each region; at egress everybody, since the workload alone connects there.</returns>
    public static IEnumerable<Principal> Principals(PeerView peers, TrafficDirection direction) =>
        direction == TrafficDirection.Egress || peers.IsEverybody
            ? [new Principal { Any = true }]
            : peers.Regions.Select(Source);

    /// <returns>Null where the destination does not matter.</returns>
    public static Permission? Destination(PeerView peers, TrafficDirection direction)
    {
        if (direction == TrafficDirection.Ingress || peers.IsEverybody)
        {
            return null;
        }

        return AnyOf([.. peers.Regions.Select(Destination)]);
    }

    public static Permission AnyOf(IReadOnlyList<Permission> permissions)
    {
        return permissions.Count == 1
            ? permissions[0]
            : new Permission { OrRules = new Permission.Types.Set { Rules = { permissions } } };
    }

    /// <returns>True for everything where there is no condition.</returns>
    public static Permission AllOf(IReadOnlyList<Permission> permissions) => permissions.Count switch
    {
        0 => new Permission { Any = true },
        1 => permissions[0],
        _ => new Permission { AndRules = new Permission.Types.Set { Rules = { permissions } } },
    };

    private static Principal Source(Region region)
    {
        var inside = Remote(region.Prefix);
        if (region.Id is { } id)
        {
            return new Principal { AndIds = new Principal.Types.Set { Ids = { inside, Named(id) } } };
        }

        if (region.Except.IsEmpty)
        {
            return inside;
        }

        var outside = new Principal { NotId = AnyOf([.. region.Except.Select(Remote)]) };
        return new Principal { AndIds = new Principal.Types.Set { Ids = { inside, outside } } };
    }

    private static Principal AnyOf(ImmutableArray<Principal> principals) => principals.Length == 1
        ? principals[0]
        : new Principal { OrIds = new Principal.Types.Set { Ids = { principals } } };

    private static Principal Named(SpiffeId id) => new()
    {
        Authenticated =
            new Principal.Types.Authenticated { PrincipalName = new StringMatcher { Exact = id.ToString() } },
    };

    private static Principal Remote(IPNetwork prefix) => new() { DirectRemoteIp = Matchers.Cidr(prefix) };

    private static Permission Destination(Region region)
    {
        var inside = To(region.Prefix);
        return region.Except.IsEmpty
            ? inside
            : AllOf([inside, new Permission { NotRule = AnyOf([.. region.Except.Select(To)]) }]);
    }

    private static Permission To(IPNetwork prefix) => new() { DestinationIp = Matchers.Cidr(prefix) };
}
