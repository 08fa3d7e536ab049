using System.Globalization;
using Envoy.Config.Route.V3;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Policy;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// Routes of HTTP chains that are gone. Their connections go on until the chain has drained, with the route that they
/// had: Envoy ignores that one is removed (RdsRouteConfigSubscription), and in the state of the world nobody could tell
/// it. So the route stays, and says what policy says now.
/// </summary>
internal static class FormerRoutes
{
    /// <param name="names">As <see cref="SidecarListener"/> made them: DIRECTION/PORT, or DIRECTION/PORT/PEER; of
    /// either direction.</param>
    /// <param name="closed">Ports that are refused.</param>
    public static IEnumerable<RouteConfiguration> Create(
        DirectionView view, IEnumerable<string> names, IReadOnlySet<PortView> closed)
    {
        var isInbound = view.Direction == TrafficDirection.Ingress;
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var parts = name.Split('/', 3);
            if (parts[0] != (isInbound ? "inbound" : "outbound") || parts.Length < 2
                || !ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                || port == 0)
            {
                continue;
            }

            var tls = parts.Length > 2 ? parts[2] : null;
            var ports = view.At(port);
            // Whoever is open by now may send what he likes; who has Kafka rules, or none that allows him, nothing.
            var peers = closed.Contains(ports) ? [] : ports.Peers.Where(p => isInbound || p.Tls == tls).ToList();
            var isKnown = peers.Exists(p => p.IsOpen);
            yield return HttpRoutes.Create(
                name, RbacCompiler.Http(view, ports with { Peers = [.. peers] }),
                Clusters.Of(view.Direction, isKnown ? tls : null));
        }
    }
}
