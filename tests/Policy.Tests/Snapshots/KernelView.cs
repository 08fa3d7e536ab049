using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Tests.Snapshots;

/// <summary>Looks verdicts up as the kernel's programs do.</summary>
internal sealed class KernelView
{
    private readonly DatapathTables _tables;
    private readonly Dictionary<PolicyGroup, int> _subjects = [];
    private readonly Dictionary<(int, TrafficDirection, PolicyGroup, ushort), TableVerdict> _policy;

    public KernelView(DatapathTables tables)
    {
        _tables = tables;
        for (var i = 0; i < tables.Subjects.Length; i++)
        {
            _subjects.Add(tables.Subjects[i], i);
        }

        _policy = tables.Policy.ToDictionary(e => (e.Subject, e.Direction, e.Peer, e.PortClass), e => e.Verdict);
    }

    public TableVerdict Lookup(
        PolicyGroup subject, PolicyGroup peer, TrafficDirection direction, ushort port, L4Protocol protocol)
    {
        var index = _subjects[subject];
        ushort portClass = protocol switch
        {
            L4Protocol.Tcp => _tables.PortClasses[port],
            L4Protocol.Udp => _tables.PortClasses[65536 + port],
            _ => 0,
        };
        return _policy.TryGetValue((index, direction, peer, portClass), out var verdict)
            ? verdict
            : _tables.Defaults[(((index * 2) + (int)direction) * _tables.PortClassCount) + portClass];
    }

    public static TableVerdict Lookup(
        Scene scene, string from, string to, TrafficDirection direction, int port, L4Protocol protocol)
    {
        var (subject, peer) = direction == TrafficDirection.Ingress ? (to, from) : (from, to);
        return new KernelView(scene.Snapshot.Tables)
            .Lookup(scene.Group(subject), scene.Group(peer), direction, (ushort)port, protocol);
    }
}
