using System.Net;
using Google.Protobuf;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Policy;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>
/// What a gRPC application that speaks xDS itself gets, as client and as server, with no proxy at all.
/// </summary>
public static class ProxylessResources
{
    /// <param name="workload">The application: one of the view's snapshot.</param>
    public static NodeResources Create(PolicyView view, Workload workload, ProxylessOptions options)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(options);
        var refusals = new List<Refusal>();
        var messages = new List<IMessage>();
        foreach (var service in Services.Of(view.Snapshot.Workloads))
        {
            messages.AddRange(
                ClientResources.Create(
                service.Name, [.. Reachable(view, workload, service, refusals)], options.OldHeaderMatchers));
        }

        var form = options.OldHeaderMatchers ? HttpForm.OldGrpc : HttpForm.Grpc;
        var ingress = view.Of(workload, TrafficDirection.Ingress);
        var tls = view.TlsPeersOf(workload);
        foreach (var port in workload.Ports.Values.Distinct().Order())
        {
            var rules = RbacCompiler.Http(ingress, port, form);
            refusals.AddRange(rules.Refusals);
            if (ingress.At(port).Peers.Any(p => p.HasKafka))
            {
                refusals.Add(new Refusal($"{ingress}, port {port}", null, "no gRPC call is one of Kafka"));
            }

            messages.AddRange(
                AddressesOf(workload).Select(a => ServerListeners.Create(options.ServerTemplate, a, port, rules, tls)));
        }

        if (workload.Tls is { Files: null })
        {
            refusals.Add(new Refusal(
                workload.Name, null,
                "a gRPC application reads certificates from files, and mtls has none; until mtls.files names them (with "
                + "SPIRE, those of its spiffe-helper) it refuses its listeners and clusters"));
        }

        return new NodeResources([.. messages], [.. refusals.Distinct()]);
    }

    /// <summary>
    /// Egress policy is enforced by what the client never learns: an application does not ask RBAC for its own calls,
    /// so that endpoints behind egress L7 rules stay hidden too.
    /// </summary>
    private static IEnumerable<CallEndpoint> Reachable(
        PolicyView view, Workload client, Service service, List<Refusal> refusals)
    {
        // In any other namespace an address of the node's loopback is the client itself.
        var isOnLoopback = client.Addresses.Any(IPAddress.IsLoopback);
        foreach (var (server, port, address) in service.Endpoints
            .SelectMany(e => e.Workload.Addresses.Select(a => (e.Workload, e.Port, a)))
            .Where(e => isOnLoopback || !IPAddress.IsLoopback(e.a)))
        {
            var egress = view.Egress(client, server, address, port);
            if (egress.Verdict == L4Verdict.Redirect)
            {
                refusals.Add(new Refusal(
                    $"{client.Name}, egress, port {port}", egress.Rule?.ToString(),
                    $"a gRPC application cannot enforce L7 rules on its own calls: {server.Name} is hidden from it; put the rule on the "
                    + "receiver's side"));
            }
            else if (egress.Verdict == L4Verdict.Allow)
            {
                yield return new CallEndpoint(
                    address, port, client.Tls is null || server == client ? null : server.Tls?.Id);
            }
        }
    }

    private static IEnumerable<IPAddress> AddressesOf(Workload workload) =>
        workload.Addresses.Concat([IPAddress.Any, IPAddress.IPv6Any, IPAddress.Loopback, IPAddress.IPv6Loopback])
            .Distinct();
}
