using System.Collections.Immutable;
using Envoy.Config.Rbac.V3;
using Envoy.Type.V3;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Http.Rules;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>
/// From a workload's effective policy to Envoy's RBAC. The decisions are those of the snapshot, so that what a deny
/// rule takes away is not in an ALLOW list in the first place.
/// </summary>
public static class RbacCompiler
{
    /// <summary>The rules for HTTP requests at one port: what the HTTP filter enforces.</summary>
    /// <remarks>Peers that need no L7 rules may send any request, CONNECT included. No request of peers with Kafka
    /// rules is allowed.</remarks>
    public static RbacRules Http(DirectionView view, ushort port, HttpForm form = HttpForm.Envoy)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Http(view, view.At(port), form);
    }

    /// <inheritdoc cref="Http(DirectionView, ushort, HttpForm)"/>
    public static RbacRules Http(DirectionView view, PortView ports, HttpForm form = HttpForm.Envoy)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(ports);
        // gRPC servers have their rules in the listener itself, Envoy in a route.
        var allow = new PolicyMap(RBAC.Types.Action.Allow, hasLines: form == HttpForm.Envoy);
        var shadow = new PolicyMap(RBAC.Types.Action.Allow, hasLines: form == HttpForm.Envoy);
        var refusals = ImmutableArray.CreateBuilder<Refusal>();
        var peers = ports.Peers;
        var translate = new HttpConditions(form);
        var audited = peers.Any(p => p.Decision.Audit || p.Decision.Http?.Unmatched == HttpVerdict.Audit);
        foreach (var peer in peers)
        {
            if (peer.IsOpen)
            {
                Add(peer.Decision.Rule, peer, [], !peer.Decision.Audit);
            }
            else if (peer.HasHttp)
            {
                AddRules(peer);
            }
        }

        return new RbacRules(allow.Rules, Denied(view, [ports]), audited ? shadow.Rules : null, refusals.ToImmutable());

        void AddRules(PeerView peer)
        {
            var set = peer.Decision.Http!;
            foreach (var rule in set.Rules)
            {
                var conditions = translate.Of(rule, out var refusal);
                if (refusal is not null)
                {
                    refusals.Add(new Refusal($"{view}, {ports}", rule.Reference.ToString(), refusal));
                }

                if (conditions is not null)
                {
                    Add(rule.Reference, peer, conditions, !peer.Decision.Audit);
                }
            }

            if (set.Unmatched != HttpVerdict.Denied)
            {
                Add(set.UnmatchedRule, peer, [], set.Unmatched == HttpVerdict.Allowed && !peer.Decision.Audit);
            }
        }

        void Add(RuleReference? rule, PeerView peer, IEnumerable<Permission> conditions, bool isEnforced)
        {
            Permission[] all = Peers.Destination(peer, view.Direction) is { } destination
                ? [destination, .. conditions] : [.. conditions];
            allow.Add(rule, [Peers.AllOf(all)], Peers.Principals(peer, view.Direction));
            if (isEnforced && audited)
            {
                shadow.Add(rule, [Peers.AllOf(all)], Peers.Principals(peer, view.Direction));
            }
        }
    }

    /// <summary>The rules for connections: what a network filter enforces where no L7 rules are asked.</summary>
    /// <param name="ports">Those of the filter's chain; null: all TCP ports. Where the chain itself is for these ports
    /// only, their ranges may be said to be wider: what other ports are for does not change the filter then.</param>
    /// <remarks>Peers with L7 rules at a port are denied there: they get a filter chain of their own.</remarks>
    public static RbacRules Network(DirectionView view, PortView? ports = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ImmutableArray<PortView> all = ports is null ? view.Ports : [ports];
        var open = all.SelectMany(p => p.Peers.Select(peer => (Port: p, Peer: peer)))
            .Where(p => p.Peer.IsOpen).ToList();
        var allow = new PolicyMap(RBAC.Types.Action.Allow, hasLines: false);
        var shadow = new PolicyMap(RBAC.Types.Action.Allow, hasLines: false);
        AddByPeers(allow, view, open);
        AddByPeers(shadow, view, open.Where(p => !p.Peer.Decision.Audit));
        return new RbacRules(
            allow.Rules, Denied(view, all), open.Exists(p => p.Peer.Decision.Audit) ? shadow.Rules : null, []);
    }

    private static RBAC? Denied(DirectionView view, IEnumerable<PortView> ports)
    {
        var deny = new PolicyMap(RBAC.Types.Action.Deny, hasLines: false);
        AddByPeers(deny, view, ports.SelectMany(p => p.Peers.Select(peer => (p, peer)))
            .Where(p => p.peer.Decision.Verdict == L4Verdict.Deny));
        return deny.IsEmpty ? null : deny.Rules;
    }

    /// <summary>One policy for each rule and set of peers, with all the ports that they share.</summary>
    private static void AddByPeers(
        PolicyMap map, DirectionView view, IEnumerable<(PortView Port, PeerView Peer)> grants)
    {
        foreach (var same in grants.GroupBy(g => (g.Peer.Decision.Rule, g.Peer.Key)))
        {
            var ranges = PortRange.Join(same.SelectMany(g => g.Port.Ranges));
            var peer = same.First().Peer;
            var conditions = new List<Permission>();
            if (Peers.Destination(peer, view.Direction) is { } destination)
            {
                conditions.Add(destination);
            }

            if (ranges is not [{ First: 1, Last: ushort.MaxValue }])
            {
                conditions.Add(Peers.AnyOf([.. ranges.Select(Port)]));
            }

            map.Add(same.Key.Rule, [Peers.AllOf(conditions)], Peers.Principals(peer, view.Direction));
        }
    }

    private static Permission Port(PortRange range) => range.Count == 1
        ? new Permission { DestinationPort = range.First }
        : new Permission { DestinationPortRange = new Int32Range { Start = range.First, End = range.Last + 1 } };
}
