using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Proxyless;
using Jumpgate.EnvoyConfig.Resources;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Nodes;

/// <summary>What one node gets, checked: as messages for people, as a snapshot for the xDS server.</summary>
public sealed record NodeConfiguration(
    NodeKey Key, ImmutableArray<IMessage> Messages, ImmutableArray<Refusal> Refusals, XdsSnapshot Snapshot)
{
    /// <summary>Clusters that nodes have from their bootstrap.</summary>
    private static readonly HashSet<XdsReference> Elsewhere =
        [new(XdsType.Cluster.Url, Clusters.Agent), new(XdsType.Cluster.Url, Clusters.Secrets)];

    /// <summary>What gRPC applications know instead of what Envoy has in its place.</summary>
    private static readonly HashSet<string> GrpcNames =
        ["envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.match_subject_alt_names"];

    /// <summary>What gRPC applications need that know no <c>string_match</c> yet: those are of an age.</summary>
    private static readonly HashSet<string> OldMatchers =
        [.. GrpcNames, "envoy.config.route.v3.WeightedCluster.total_weight",
            "envoy.config.route.v3.HeaderMatcher.exact_match", "envoy.config.route.v3.HeaderMatcher.safe_regex_match"];

    /// <summary>Route configurations that listeners refer to.</summary>
    public IEnumerable<string> Routes => Snapshot.Of(XdsType.Listener.Url)?.Resources.SelectMany(r => r.References)
        .Where(r => r.TypeUrl == XdsType.Route.Url).Select(r => r.Name).Distinct() ?? [];

    /// <param name="errors">One sentence each: no such workload, or (a defect) resources that contradict
    /// themselves.</param>
    /// <param name="former">Of a sidecar: <see cref="Routes"/> that it may still have.</param>
    public static bool TryCreate(
        PolicyView view, NodeKey key, SidecarOptions options, [NotNullWhen(true)] out NodeConfiguration? configuration,
        out ImmutableArray<string> errors, IReadOnlyCollection<string>? former = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        configuration = null;
        var workload = view.Snapshot.Workloads.FirstOrDefault(w => w.Name == key.Workload);
        if (workload is null)
        {
            errors = [$"there is no workload '{key.Workload}'"];
            return false;
        }

        var made = key.Profile == NodeProfile.Sidecar
            ? SidecarResources.Create(view, workload, options, former)
            : ProxylessResources.Create(
                view, workload, new ProxylessOptions { OldHeaderMatchers = key.Profile == NodeProfile.OldGrpc });
        var problems = new List<string>();
        var resources = new List<XdsResource>();
        foreach (var message in made.Messages)
        {
            var excused =
                key.Profile switch { NodeProfile.OldGrpc => OldMatchers, NodeProfile.Grpc => GrpcNames, _ => null };
            if (EnvoyResource.TryCreate(message, Elsewhere, out var resource, out var wrong, excused))
            {
                resources.Add(resource);
            }

            problems.AddRange(wrong);
        }

        XdsSnapshot? snapshot = null;
        if (problems.Count == 0 && !XdsSnapshot.TryCreate(resources, out snapshot, out var contradictions))
        {
            problems.AddRange(contradictions);
        }

        errors = [.. problems];
        configuration = snapshot is null ? null : new NodeConfiguration(key, made.Messages, made.Refusals, snapshot);
        return configuration is not null;
    }
}
