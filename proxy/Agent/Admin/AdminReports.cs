using Jumpgate.Agent.Listening;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Sidecars;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Agent.Admin;

/// <summary>What the admin socket answers, taken from the running parts.</summary>
internal sealed class AdminReports(
    NodeController controller, SnapshotStore store, ConnectionTable connections, Datapath datapath,
    NetworkNamespace node)
{
    public StatusReport Status()
    {
        var snapshot = store.Current;
        var problems = controller.Policies.Diagnostics.Concat(controller.WorkloadDiagnostics)
            .Where(d => d.Severity == PolicySeverity.Error).Select(d => d.ToString())
            .Concat(controller.StaleFiles.Select(f => $"{f}: its last valid version stays in force"))
            .Concat(snapshot.Diagnostics.Select(d => d.Message))
            .Concat(((string?[])[controller.PoliciesObstacle, Failure(controller.PublishFailure)])
                .OfType<string>()).ToList();
        return new StatusReport(
            typeof(AdminReports).Assembly.GetName().Version!.ToString(3),
            snapshot.Revision,
            controller.AcknowledgedRevision,
            controller.Workloads.Count(w => w.Waiting is null),
            controller.Workloads.Count(w => w.Waiting is not null),
            snapshot.Documents.Length,
            RefusedDocuments,
            connections.Count,
            problems)
        {
            Sidecars = SidecarSummary(),
        };
    }

    public IReadOnlyList<SidecarReport> Sidecars() => [.. controller.Sidecars.States.Select(s => new SidecarReport(
        s.Name,
        s.Waiting is null ? "attached" : "waiting",
        s.Waiting,
        s.Definition.Cgroup,
        s.Definition.OutboundPort,
        s.Definition.InboundPort,
        controller.Sidecars.Listeners(s.Name),
        controller.Sidecars.Counts(s.Name).ToDictionary(c => SidecarNames.Of(c.Key), c => c.Value),
        ShortCircuit(s),
        controller.Sidecars.Bytes(s.Name).Bytes)
    {
        Problem = controller.Sidecars.ProblemOf(s),
    })];

    private string ShortCircuit(SidecarState state) => !state.Definition.ShortCircuit ? "off"
        : controller.Sidecars.CannotJoinBecause is { } reason ? $"off: {reason}"
        : datapath.Lanes is not { Settings.Mode: not LaneMode.Off } ? "off: the node's lanes are off"
        : "on";

    private string? SidecarSummary()
    {
        var states = controller.Sidecars.States;
        var waiting = states.Count(s => s.Waiting is not null);
        var deaf = states.Count(s => controller.Sidecars.ProblemOf(s) is not null);
        return states.IsEmpty ? null
            : $"{states.Length - waiting} attached, {waiting} waiting"
                + (deaf == 0 ? "" : $", {deaf} refusing what comes from outside (see 'jumpgate sidecars list')");
    }

    private static string? Failure(string? reason) =>
        reason is null ? null : $"the new state is not in force, the former one stays: {reason}";

    public int RefusedDocuments => controller.Policies.Diagnostics.Count(d => d.Severity == PolicySeverity.Error);

    public IReadOnlyList<EndpointReport> Endpoints()
    {
        var snapshot = store.Current;
        return [.. controller.Workloads.Select(w => new EndpointReport(
            w.Definition.Name,
            w.Addresses.IsEmpty ? null : snapshot.Lookup(w.Addresses[0]).Identity.Value,
            [.. w.Definition.Labels.Select(l => l.ToString())],
            w.Interface,
            [.. w.Addresses.Select(a => a.ToString())],
            w.Waiting is null ? "ready" : "waiting",
            w.Waiting))];
    }

    public IReadOnlyList<IdentityReport> Identities()
    {
        var snapshot = store.Current;
        return [.. snapshot.Identities.Select(i => new IdentityReport(
            i.Identity.Value,
            [.. i.Labels.Select(l => l.ToString())],
            [.. snapshot.WorkloadsOf(i.Identity).Select(w => w.Name)]))];
    }

    public PolicyListReport Policies()
    {
        var stale = controller.StaleFiles.ToHashSet();
        return new PolicyListReport(
            [.. store.Current.Documents.Select(d => new PolicyReport(
                d.QualifiedName,
                d.Clusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy",
                d.Location.File,
                d.Location.Line,
                stale.Contains(d.Location.File) ? "stale" : d.Audit ? "audit" : "enforced",
                d.Rules.Length,
                d.Description))],
            [.. controller.Policies.Diagnostics.Select(d => d.ToString())]);
    }

    public BpfReport Bpf() =>
        new(datapath.ReadPrograms(), datapath.ReadMaps(), node.Run(datapath.ReadAttachments));
}
