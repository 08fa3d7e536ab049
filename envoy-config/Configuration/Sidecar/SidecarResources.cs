using Google.Protobuf;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>What the Envoy beside one workload gets.</summary>
public static class SidecarResources
{
    /// <param name="workload">One of the view's snapshot.</param>
    /// <param name="former">Route configurations that the node may still have: they are there as long as that, since
    /// Envoy never takes one away.</param>
    public static NodeResources Create(
        PolicyView view, Workload workload, SidecarOptions options, IReadOnlyCollection<string>? former = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(options);
        var inbound = new SidecarListener(view.Of(workload, TrafficDirection.Ingress), options, former ?? []);
        var outbound = new SidecarListener(view.Of(workload, TrafficDirection.Egress), options, former ?? []);
        var messages = new List<IMessage> { Clusters.CreateOriginalDestination() };
        if (options.KafkaFilter is { } kafka)
        {
            messages.Add(Clusters.CreateKafka(kafka));
        }

        if (workload.Tls is { } own)
        {
            messages.AddRange(outbound.Servers.Select(s => Clusters.CreateOriginalDestination(own, s)));
            messages.AddRange(MutualTls.Secrets(own));
        }

        messages.AddRange([inbound.Listener, outbound.Listener, .. inbound.Routes, .. outbound.Routes]);
        return new NodeResources([.. messages], [.. inbound.Refusals, .. outbound.Refusals]);
    }
}
