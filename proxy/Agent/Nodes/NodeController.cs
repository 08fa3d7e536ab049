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
/// Keeps the kernel, the filters and open connections at one revision of policies and workloads. One loop owns it: it wakes
/// on file and link changes, and looks by itself every second, so that a missed notice costs a second and not a policy.
/// </summary>
internal sealed class NodeController : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(50);

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
    private readonly InterfaceSysctls _sysctls;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Dictionary<int, bool> _attached = [];
    private readonly List<SysctlChange> _changedSysctls = [];
    private FileContent? _workloadsContent;
    private WorkloadFileResult _workloads = new([], [], []);
    private ImmutableArray<PolicyDiagnostic> _workloadDiagnostics = [];
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
        _sysctls = new InterfaceSysctls(node);
        Sidecars = new SidecarController(datapath.Sidecars, logger);
        _changedSysctls.AddRange(state.LoadSysctls());
        foreach (var attachment in node.Run(datapath.ReadAttachments))
        {
            _attached[attachment.Ifindex] = attachment.Egress is not null;
        }
    }

    public ImmutableArray<LocatedWorkload> Workloads { get; private set; } = [];

    public SidecarController Sidecars { get; }

    public PolicySetResult Policies => _folder.Result;

    public ImmutableArray<string> StaleFiles => _folder.Stale;

    public string? PoliciesObstacle => _folder.Obstacle;

    /// <summary>Why what was read last is not in force; null where it is.</summary>
    public string? PublishFailure { get; private set; }

    public ImmutableArray<PolicyDiagnostic> WorkloadDiagnostics => _workloadDiagnostics;

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

        if (!_workloads.IsValid || _workloadsContent?.Error is not null)
        {
            throw new AgentException(string.Join(Environment.NewLine, _workloadDiagnostics));
        }

        try
        {
            Publish();
        }
        catch (Exception e) when (IsFileTrouble(e))
        {
            throw new AgentException(CannotWriteState(e), e);
        }

        Sidecars.Look(_workloads.Workloads);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        using var monitor = RouteMonitor.Start(_node);
        var links = WatchLinksAsync(monitor, stopping);
        using var policies = Watch(_options.PoliciesDirectory);
        using var workloads = Watch(Path.GetDirectoryName(Path.GetFullPath(_options.WorkloadsFile))!);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await _wake.WaitAsync(Interval, stopping))
                {
                    await Task.Delay(Debounce, stopping);
                    while (_wake.Wait(0, CancellationToken.None))
                    {
                        // One look answers all notices so far.
                    }
                }

                var changed = ReadInputs();
                Sidecars.Look(_workloads.Workloads);
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
            catch (Exception e) when (e is DatapathException or NetlinkException or IOException or InvalidOperationException
                or UnauthorizedAccessException)
            {
                Failed(IsFileTrouble(e) ? CannotWriteState(e) : e.Message);
            }
        }

        monitor.Dispose();
        await links;
    }

    public void Dispose() => _wake.Dispose();

    private static bool IsFileTrouble(Exception e) => e is UnauthorizedAccessException or (IOException and not NetlinkException);

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

    /// <summary>Null where watches have run out or the directory is gone: the look every second goes on without.</summary>
    private FileSystemWatcher? Watch(string directory)
    {
        FileSystemWatcher watcher;
        try
        {
            watcher = new FileSystemWatcher(directory) { EnableRaisingEvents = true };
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            _logger.WatchFailed(directory, e.Message);
            return null;
        }

        watcher.Changed += (_, _) => Wake();
        watcher.Created += (_, _) => Wake();
        watcher.Deleted += (_, _) => Wake();
        watcher.Renamed += (_, _) => Wake();
        return watcher;
    }

    private void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    private async Task WatchLinksAsync(RouteMonitor monitor, CancellationToken stopping)
    {
        try
        {
            await foreach (var change in monitor.ReadAllAsync(stopping))
            {
                Wake();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NetlinkException)
        {
            // The look every second goes on without it.
        }
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

        var located = _locator.Locate(_workloads.Workloads);
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
        var content = FileContent.Read(_options.WorkloadsFile, _workloadsContent);
        var isSame = content == _workloadsContent;
        _workloadsContent = content;
        if (isSame)
        {
            return false;
        }

        if (content.Text is null)
        {
            _workloadDiagnostics = [new PolicyDiagnostic(
                PolicySeverity.Error, new Jumpgate.Policy.SourceLocation(content.Path, 0), null, "", content.Error!)];
            LogAll(_workloadDiagnostics);
            return false;
        }

        var read = WorkloadFileReader.Read(content.Path, content.Text);
        _workloadDiagnostics = read.Diagnostics;
        LogAll(read.Diagnostics);
        if (!read.IsValid)
        {
            if (!_store.IsEmpty)
            {
                _logger.StaleFile(content.Path);
            }

            return false;
        }

        _workloads = read;
        return true;
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
        Attach(present);
        _connections.Recheck();
        _lanes?.SetWorkloads(present);
        _lanes?.Renew(snapshot, _connections);
        AcknowledgedRevision = snapshot.Revision;
        _logger.RevisionInForce(snapshot.Revision, present.Length, snapshot.Documents.Length);
    }

    /// <summary>The workloads and addresses of a snapshot under other policies: for questions, never in force.</summary>
    public PolicySnapshot Under(PolicySnapshot current, ImmutableArray<PolicyDocument> documents) => PolicySnapshot.Create(
        current.Revision, current.Workloads, documents,
        _nodeAddresses.Where(a => !current.Workloads.Any(w => w.Addresses.Contains(a))), new IdentityAllocator(), _secrets);

    private void Attach(ImmutableArray<LocatedWorkload> present)
    {
        var wanted = present.ToDictionary(w => w.Ifindex!.Value, _ => true);
        foreach (var uplink in _workloads.Uplinks)
        {
            if (_locator.FindInterface(uplink) is { } ifindex)
            {
                wanted.TryAdd(ifindex, false);
            }
        }

        _node.Run(() =>
        {
            foreach (var gone in _attached.Keys.Except(wanted.Keys).ToList())
            {
                _datapath.Detach(gone);
                _attached.Remove(gone);
            }

            foreach (var (ifindex, isWorkload) in wanted)
            {
                if (isWorkload)
                {
                    _datapath.AttachWorkload(ifindex);
                }
                else
                {
                    _datapath.AttachUplink(ifindex);
                }

                _attached[ifindex] = isWorkload;
            }
        });

        // The node's own packets to an L7 port come back into the workload's interface with a local source address.
        var changes = present.Select(w => _sysctls.Set(w.Interface!, InterfaceSysctls.AcceptLocal, 1)).OfType<SysctlChange>().ToList();

        // What an uplink without our program brings for the proxy is forwarded as far as the workload's interface first. Early
        // demultiplexing would find the proxy's socket before that, and the stack does not forward what has a socket.
        if (present.Length > 0 && _sysctls.Set(InterfaceSysctls.WholeNamespace, InterfaceSysctls.TcpEarlyDemux, 0) is { } demux)
        {
            changes.Add(demux);
        }

        if (changes.Count > 0)
        {
            _changedSysctls.AddRange(changes);
            _state.SaveSysctls(_changedSysctls);
        }
    }
}
