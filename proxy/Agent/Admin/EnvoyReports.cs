using System.Collections.Immutable;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Policies;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Xds;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Status;

namespace Jumpgate.Agent.Admin;

/// <summary>What the admin socket says of nodes' configurations.</summary>
/// <param name="under">A snapshot's workloads under other policies.</param>
internal sealed class EnvoyReports(
    SnapshotStore store, PolicyContent content, XdsServer? server,
    Func<PolicySnapshot, ImmutableArray<PolicyDocument>, PolicySnapshot> under)
{
    /// <summary>Nodes that keep a former configuration, and why.</summary>
    public IEnumerable<string> Failures => content.Failures;

    /// <summary>What the node would get.</summary>
    /// <param name="policies">A folder or file instead of the policy in force.</param>
    /// <returns>Null with <paramref name="error"/>.</returns>
    public EnvoyReport? Config(string node, string? profile, string? policies, out string? error)
    {
        if (TryProfile(profile, out var wanted, out error) is false)
        {
            return null;
        }

        var view = content.View;
        if (policies is not null)
        {
            if (PolicyFiles.Read([policies], out error) is not { } read)
            {
                return null;
            }

            if (read.Diagnostics.FirstOrDefault(d => d.Severity == PolicySeverity.Error) is { } wrong)
            {
                error = wrong.ToString();
                return null;
            }

            view = new PolicyView(under(store.Current, read.Documents));
        }

        // Of routes that no listener needs any more, those that the node still has.
        var held = server?.Streams.ResourcesOf(node) ?? [];
        var routes = held.Where(h => h.Resource.TypeUrl == XdsType.Route.Url).Select(h => h.Resource.Name);
        if (!NodeConfiguration.TryCreate(
            view, new NodeKey(node, wanted), content.Sidecar, out var made, out var errors, [.. routes.Distinct()]))
        {
            error = string.Join("; ", errors);
            return null;
        }

        error = null;
        return new EnvoyReport(
            node, Name(wanted), policies ?? "policy in force", [.. made.Refusals.Select(r => r.ToString())], [],
            [.. made.Snapshot.Sets.SelectMany(s => s.Resources).OrderBy(r => Order(r.TypeUrl)).Select(Describe)]);
    }

    /// <summary>What the node has acknowledged.</summary>
    /// <returns>Null with <paramref name="error"/>.</returns>
    public EnvoyReport? Acknowledged(string node, out string? error)
    {
        if (server?.Streams.ResourcesOf(node) is not { } held)
        {
            error = server is null
                ? "xDS is not served; start the agent with --xds-listen ADDRESS:PORT"
                : $"no node '{node}' is connected; 'jumpgate xds status' shows who is";
            return null;
        }

        error = null;
        return new EnvoyReport(
            node, Name(server.Streams.Describe().Where(n => n.Node == node).Select(n => n.Group).Any(g =>
                g != new NodeKey(node, NodeProfile.Sidecar).Group)
                ? NodeProfile.Grpc : NodeProfile.Sidecar),
            "acknowledged", [], [.. held.Select(Problem).OfType<string>()],
            [.. held.Where(h => h.State is TypeSync.Synced or TypeSync.Stale).Select(h => h.Resource)
                .DistinctBy(r => (r.TypeUrl, r.Name)).OrderBy(r => Order(r.TypeUrl)).Select(Describe)]);
    }

    private static string? Problem(HeldResource held) => held.State switch
    {
        TypeSync.Rejected => $"{XdsType.Of(held.Resource.TypeUrl)} '{held.Resource.Name}' was refused: {held.Error}",
        TypeSync.Waiting =>
            $"{XdsType.Of(held.Resource.TypeUrl)} '{held.Resource.Name}' was sent and is not acknowledged yet",
        _ => null,
    };

    private static EnvoyResourceReport Describe(XdsResource resource) => new(
        XdsType.Of(resource.TypeUrl).ShortName, resource.Name, resource.Version, ResourceJson.Of(resource));

    private static int Order(string typeUrl) => XdsType.InOrder.IndexOf(XdsType.Of(typeUrl));

    private static string Name(NodeProfile profile) => profile == NodeProfile.Sidecar ? "sidecar" : "grpc";

    private static bool TryProfile(string? name, out NodeProfile profile, out string? error)
    {
        profile = name == "grpc" ? NodeProfile.Grpc : NodeProfile.Sidecar;
        error = name is null or "grpc" or "sidecar" ? null : $"the profile is '{name}', neither sidecar nor grpc";
        return error is null;
    }
}
