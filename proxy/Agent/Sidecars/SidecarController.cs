using System.Collections.Immutable;
using System.Net.Sockets;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Sidecars;

/// <summary>
/// Keeps what is attached for sidecars as the workloads file says. One loop owns it. What is missing (a cgroup, a
/// namespace) leaves a sidecar waiting; it is looked for again.
/// </summary>
internal sealed class SidecarController(SidecarDatapath kernel, ILogger logger)
{
    private readonly Dictionary<string, SidecarDefinition> _applied = [];
    private bool _saidNotJoined;
    private ImmutableArray<string> _names;

    /// <summary>The sidecars of the workloads file, and why those wait that do; safe to read from any thread.</summary>
    public ImmutableArray<SidecarState> States { get; private set; } = [];

    public IReadOnlyDictionary<SidecarCount, ulong> Counts(string name) =>
        kernel.ReadCounts(name) ?? new Dictionary<SidecarCount, ulong>();

    /// <summary>Inbound listeners of the sidecar that the kernel knows.</summary>
    public int Listeners(string name) => kernel.CountListeners(name);

    /// <summary>What is wrong although everything is attached: connections from outside that nobody would take.
    /// Null where nothing is.</summary>
    public string? ProblemOf(SidecarState state)
    {
        var sidecar = state.Definition;
        if (state.Waiting is not null || sidecar.InboundPort == 0 || Listeners(state.Name) > 0)
        {
            return null;
        }

        var whose = sidecar.SidecarCgroup is { } cgroup
            ? $"made in cgroup {cgroup}" : $"that has mark 0x{sidecar.Mark:x} when it begins to listen";
        return $"no listener is known, so connections from outside are refused; the sidecar has to listen at port "
            + $"{sidecar.InboundPort} on the loopback or on every address, with a socket {whose}";
    }

    /// <summary>What passed by queue between application and sidecar.</summary>
    public PacketCounter Bytes(string name) => kernel.ReadBytes(name);

    /// <summary>Why no sidecar of this node is joined with its application; null where they can be.</summary>
    public string? CannotJoinBecause => kernel.CannotJoinBecause;

    /// <summary>Attaches, replaces and removes what has to be.</summary>
    public void Look(IEnumerable<WorkloadDefinition> workloads)
    {
        var wanted = workloads.Where(workload => workload.Sidecar is not null).ToList();
        var names = wanted.Select(workload => workload.Name).ToImmutableArray();
        if (_names.IsDefault || !names.SequenceEqual(_names))
        {
            Remove(names);
        }

        var states = wanted.Select(workload => new SidecarState(workload.Name, workload.Sidecar!, Attach(workload)))
            .ToImmutableArray();
        if (!_saidNotJoined && kernel.CannotJoinBecause is { } reason && wanted.Any(w => w.Sidecar!.ShortCircuit))
        {
            _saidNotJoined = true;
            logger.SidecarsNotJoined(reason);
        }

        foreach (var state in states)
        {
            var former = States.FirstOrDefault(s => s.Name == state.Name);
            if (former is null || former.Waiting != state.Waiting)
            {
                logger.SidecarState(state.Name, state.Waiting is null ? "attached" : $"waiting: {state.Waiting}");
            }
        }

        States = states;
    }

    private void Remove(ImmutableArray<string> names)
    {
        var removed = kernel.RemoveAllBut(names);
        foreach (var gone in _applied.Keys.Except(names).ToList())
        {
            _applied.Remove(gone);
        }

        _names = names;
        if (removed > 0)
        {
            logger.SidecarsRemoved(removed);
        }
    }

    /// <summary>Null where all is in force.</summary>
    private string? Attach(WorkloadDefinition workload)
    {
        var sidecar = workload.Sidecar!;
        var settings = Settings(workload.Name, sidecar);
        try
        {
            using var netns = sidecar is { InboundPort: 0, ShortCircuit: false }
                ? null : NetworkNamespace.Open(workload.NetworkNamespace!);
            if (!sidecar.AsksTheSameAs(_applied.GetValueOrDefault(workload.Name))
                || !kernel.IsAttached(settings, netns))
            {
                _applied.Remove(workload.Name);
                kernel.Apply(settings, netns);
                _applied.Add(workload.Name, sidecar);
            }

            return null;
        }
        catch (Exception e) when (e is DatapathException or NetlinkException or IOException
            or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static SidecarSettings Settings(string name, SidecarDefinition sidecar) => new()
    {
        Name = name,
        Cgroup = sidecar.Cgroup,
        OwnCgroup = sidecar.SidecarCgroup,
        Mark = sidecar.Mark,
        OutboundPort = sidecar.OutboundPort,
        OutboundIPv4 = sidecar.OutboundAddresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork),
        OutboundIPv6 = sidecar.OutboundAddresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetworkV6),
        InboundPort = sidecar.InboundPort,
        ExcludedOutboundPorts = sidecar.ExcludeOutboundPorts,
        ExcludedOutboundNetworks = sidecar.ExcludeOutboundCidrs,
        ExcludedInboundPorts = sidecar.ExcludeInboundPorts,
        ExcludedInboundNetworks = sidecar.ExcludeInboundCidrs,
        ShortCircuit = sidecar.ShortCircuit,
    };
}
