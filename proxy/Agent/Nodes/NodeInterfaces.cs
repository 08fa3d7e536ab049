using System.Collections.Immutable;
using Jumpgate.Agent.Workloads;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Agent.Nodes;

/// <summary>
/// The programs on workloads' interfaces and uplinks, and the settings that they need. Both outlive the agent.
/// </summary>
internal sealed class NodeInterfaces
{
    private readonly NetworkNamespace _node;
    private readonly Datapath _datapath;
    private readonly WorkloadLocator _locator;
    private readonly StateFiles _state;
    private readonly InterfaceSysctls _sysctls;
    private readonly HashSet<int> _attached;
    private readonly List<SysctlChange> _changedSysctls = [];

    public NodeInterfaces(NetworkNamespace node, Datapath datapath, WorkloadLocator locator, StateFiles state)
    {
        _node = node;
        _datapath = datapath;
        _locator = locator;
        _state = state;
        _sysctls = new InterfaceSysctls(node);
        _changedSysctls.AddRange(state.LoadSysctls());
        _attached = [.. node.Run(datapath.ReadAttachments).Select(a => a.Ifindex)];
    }

    /// <summary>Attaches where it is wanted, and detaches everywhere else.</summary>
    /// <param name="present">Workloads that have an interface.</param>
    public void Attach(ImmutableArray<LocatedWorkload> present, ImmutableArray<string> uplinks)
    {
        var wanted = new Dictionary<int, Action<int>>();
        foreach (var workload in present)
        {
            wanted[workload.Ifindex!.Value] =
                workload.Definition.IsOnLoopback ? _datapath.AttachLoopback : _datapath.AttachWorkload;
        }

        foreach (var uplink in uplinks)
        {
            if (_locator.FindInterface(uplink) is { } ifindex)
            {
                wanted.TryAdd(ifindex, _datapath.AttachUplink);
            }
        }

        _node.Run(() => Attach(wanted));
        Set([.. present.Where(w => !w.Definition.IsOnLoopback)]);
    }

    private void Attach(Dictionary<int, Action<int>> wanted)
    {
        foreach (var gone in _attached.Except(wanted.Keys).ToList())
        {
            _datapath.Detach(gone);
            _attached.Remove(gone);
        }

        foreach (var (ifindex, attach) in wanted)
        {
            attach(ifindex);
            _attached.Add(ifindex);
        }
    }

    private void Set(ImmutableArray<LocatedWorkload> present)
    {
        // The node's own packets to an L7 port come back into the workload's interface with a local source address.
        var changes = present.Select(w => _sysctls.Set(w.Interface!, InterfaceSysctls.AcceptLocal, 1))
            .OfType<SysctlChange>().ToList();

        // What an uplink without our program brings for the proxy is forwarded as far as the workload's interface
        // first. Early demultiplexing would find the proxy's socket before that, and the stack does not forward what
        // has a socket.
        if (present.Length > 0
            && _sysctls.Set(InterfaceSysctls.WholeNamespace, InterfaceSysctls.TcpEarlyDemux, 0) is { } demux)
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
