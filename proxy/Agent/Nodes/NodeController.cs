using System.Collections.Immutable;
using System.Net;
using Jumpgate.Agent.Lanes;
using Jumpgate.Agent.Listening;
using Jumpgate.Agent.Policies;
using Jumpgate.Agent.Sidecars;
using Jumpgate.Agent.Workloads;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Nodes;

/// <summary>
/// Keeps the kernel, the filters and open connections at one revision of policies and workloads. One loop owns it: it
/// wakes on file and link changes, and looks by itself every second, so that a missed notice costs a second and not a
/// policy.
/// </summary>
internal sealed class NodeController
{
    private readonly AgentOptions _options;
    private readonly Datapath _datapath;
    private readonly NetworkNamespace _node;
    private readonly SnapshotStore _store;
    private readonly ConnectionTable _connections;
    private readonly LaneController? _lanes;
    private readonly StateFiles _state;
    private readonly ILogger _logger;
    private readonly WorkloadLocator _locator;
    private readonly PolicyFolder _folder;
    private readonly SecretFiles _secrets;
    private readonly IdentityAllocator _identities;
    private readonly NodeInterfaces _interfaces;
    private readonly WorkloadsInput _workloads;
    private ImmutableArray<IPAddress> _nodeAddresses = [];
    private string _secretsFingerprint = string.Empty;
    private string? _obstacle;

    public NodeController(
        AgentOptions options,
        Datapath datapath,
        NetworkNamespace node,
        SnapshotStore store,
        ConnectionTable connections,
        LaneController? lanes,
        StateFiles state,
        ILogger logger)
    {
        _options = options;
        _datapath = datapath;
        _node = node;
        _store = store;
        _connections = connections;
        _lanes = lanes;
        _state = state;
        _logger = logger;
        _locator = new WorkloadLocator(node);
        _folder = new PolicyFolder(options.PoliciesDirectory);
        _secrets = new SecretFiles(options.SecretsDirectory, logger);
        _identities = state.LoadIdentities();
        _interfaces = new NodeInterfaces(node, datapath, _locator, state);
        _workloads = new WorkloadsInput(options.WorkloadsFile);
        Sidecars = new SidecarController(datapath.Sidecars, logger);
    }

    public ImmutableArray<LocatedWorkload> Workloads { get; private set; } = [];

    public SidecarController Sidecars { get; }

    public PolicySetResult Policies => _folder.Result;

    public ImmutableArray<string> StaleFiles => _folder.Stale;

    public string? PoliciesObstacle => _folder.Obstacle;

    /// <summary>Why what was read last is not in force; null where it is.</summary>
    public string? PublishFailure { get; private set; }

    public ImmutableArray<PolicyDiagnostic> WorkloadDiagnostics => _workloads.Diagnostics;

    /// <summary>The revision that everything obeys: kernel, filters, and connections that were open before.</summary>
    public ulong AcknowledgedRevision { get; private set; }

    /// <summary>The first state; throws where it cannot be put in force.</summary>
    public void Start()
    {
        if (!Directory.Exists(_options.PoliciesDirectory))
        {
            throw new AgentException(
                $"there is no policies directory {_options.PoliciesDirectory}; make it, or name another with --policies");
        }

        ReadInputs();
        if (_folder.Obstacle is { } obstacle)
        {
            throw new AgentException(obstacle);
        }

        if (!_workloads.IsGood)
        {
            throw new AgentException(string.Join(Environment.NewLine, _workloads.Diagnostics));
        }

        try
        {
            Publish();
        }
        catch (Exception e) when (IsFileTrouble(e))
        {
            throw new AgentException(CannotWriteState(e), e);
        }

        Sidecars.Look(_workloads.Result.Workloads);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        using var notices = new NodeNotices(
            _node, [_options.PoliciesDirectory, Path.GetDirectoryName(Path.GetFullPath(_options.WorkloadsFile))!],
            _logger, stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await notices.WaitAsync(stopping);
                var changed = ReadInputs();
                Sidecars.Look(_workloads.Result.Workloads);
                if (changed)
                {
                    Publish();
                    PublishFailure = null;
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e) when (e is DatapathException or NetlinkException or IOException
                or InvalidOperationException
                or UnauthorizedAccessException)
            {
                Failed(IsFileTrouble(e) ? CannotWriteState(e) : e.Message);
            }
        }

        await notices.StopAsync();
    }

    private static bool IsFileTrouble(Exception e) =>
        e is UnauthorizedAccessException or (IOException and not NetlinkException);

    private string CannotWriteState(Exception e) =>
        $"cannot write to the state directory {_options.StateDirectory}: {e.Message}; make room there, or name another with --state";

    /// <summary>Tried again every second, told once.</summary>
    private void Failed(string reason)
    {
        if (PublishFailure != reason)
        {
            PublishFailure = reason;
            _logger.PublishFailed(reason);
        }

        _nodeAddresses = [];
    }

    /// <returns>True where something has changed.</returns>
    private bool ReadInputs()
    {
        var changed = ReadWorkloads();
        if (_folder.Refresh())
        {
            changed = true;
            LogAll(_folder.Result.Diagnostics);
            foreach (var file in _folder.Stale)
            {
                _logger.StaleFile(file);
            }
        }

        if (_folder.Obstacle != _obstacle && (_obstacle = _folder.Obstacle) is not null)
        {
            _logger.PoliciesUnreadable(_obstacle);
        }

        var located = _locator.Locate(_workloads.Result.Workloads);
        var addresses = _locator.NodeAddresses();
        var secrets = _secrets.Fingerprint();
        changed |= located.Length != Workloads.Length || located.Zip(Workloads).Any(p => !p.First.SameAs(p.Second))
            || !addresses.SequenceEqual(_nodeAddresses) || secrets != _secretsFingerprint;
        foreach (var workload in located)
        {
            var former = Workloads.FirstOrDefault(w => w.Definition.Name == workload.Definition.Name);
            if (former is null || former.Waiting != workload.Waiting || former.Ifindex != workload.Ifindex)
            {
                _logger.WorkloadState(workload.Definition.Name, workload.Waiting is null
                    ? $"on {workload.Interface}, {string.Join(", ", workload.Addresses)}" : $"waiting: {workload.Waiting}");
            }
        }

        Workloads = located;
        _nodeAddresses = addresses;
        _secretsFingerprint = secrets;
        return changed;
    }

    private bool ReadWorkloads()
    {
        var reading = _workloads.Refresh();
        if (reading != WorkloadsReading.Same)
        {
            LogAll(_workloads.Diagnostics);
        }

        if (reading == WorkloadsReading.Refused && !_store.IsEmpty)
        {
            _logger.StaleFile(_options.WorkloadsFile);
        }

        return reading == WorkloadsReading.Taken;
    }

    private void LogAll(ImmutableArray<PolicyDiagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            if (diagnostic.Severity == PolicySeverity.Error)
            {
                _logger.RefusedInput(diagnostic.ToString());
            }
            else
            {
                _logger.SuspiciousInput(diagnostic.ToString());
            }
        }
    }

    private void Publish()
    {
        var present = Workloads.Where(w => w.Ifindex is not null).ToImmutableArray();
        var snapshot = PolicySnapshot.Create(
            _datapath.ActiveRevision + 1,
            present.Select(w => new Workload
            {
                Name = w.Definition.Name,
                Labels = w.Definition.Labels,
                Addresses = w.Addresses,
                Ports = w.Definition.Ports,
                Tls = w.Definition.Tls,
                Detection = w.Definition.Detection,
            }),
            _folder.Result.Documents,
            _nodeAddresses.Where(a => !present.Any(w => w.Addresses.Contains(a))),
            _identities,
            _secrets);
        foreach (var diagnostic in snapshot.Diagnostics)
        {
            _logger.RefusedInput(diagnostic.Message);
        }

        _state.SaveIdentities(_identities);
        _datapath.Publish(KernelImage.Build(snapshot, present));
        _store.Swap(snapshot);
        _interfaces.Attach(present, _workloads.Result.Uplinks);
        _connections.Recheck();
        _lanes?.SetWorkloads(present);
        _lanes?.Renew(snapshot, _connections);
        AcknowledgedRevision = snapshot.Revision;
        _logger.RevisionInForce(snapshot.Revision, present.Length, snapshot.Documents.Length);
    }

    /// <summary>
    /// The workloads and addresses of a snapshot under other policies: for questions, never in force.
    /// </summary>
    public PolicySnapshot Under(PolicySnapshot current, ImmutableArray<PolicyDocument> documents) =>
        PolicySnapshot.Create(
        current.Revision, current.Workloads, documents,
        _nodeAddresses.Where(a => !current.Workloads.Any(w => w.Addresses.Contains(a))),
        new IdentityAllocator(), _secrets);
}
