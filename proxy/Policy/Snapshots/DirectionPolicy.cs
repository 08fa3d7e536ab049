namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// One direction's policy of all groups that the same sections select (and that name the same ports). Evaluated for one
/// peer by <see cref="Find"/>, for the kernel's tables by <see cref="TableBuilder"/>.
/// </summary>
internal sealed class DirectionPolicy
{
    private static readonly List<PolicyAtom> NoAtoms = [];

    private readonly PortClassifier _ports;
    private readonly NamedPorts _noNames;
    private readonly NamedPorts _subjectNames;
    private readonly List<PolicyAtom> _everybody = [];
    private readonly Dictionary<int, List<PolicyAtom>> _byPeer = [];

    public DirectionPolicy(
        TrafficDirection direction,
        IEnumerable<PolicySection> sections,
        NamedPorts subjectNames,
        PeerCatalog catalog,
        PortClassifier ports)
    {
        Direction = direction;
        _ports = ports;
        _subjectNames = subjectNames;
        _noNames = catalog.Unknown.Ports;
        foreach (var section in sections)
        {
            if (section.DefaultDeny)
            {
                EnforcedDefaultDeny ??= section.Rule.Document.Audit ? null : section.Rule;
                AuditDefaultDeny ??= section.Rule.Document.Audit ? section.Rule : null;
            }

            foreach (var atom in section.Atoms)
            {
                Add(atom, catalog);
            }
        }
    }

    public TrafficDirection Direction { get; }

    /// <summary>The first enforced rule that puts the subject in default deny; null where none does.</summary>
    public RuleReference? EnforcedDefaultDeny { get; }

    public RuleReference? AuditDefaultDeny { get; }

    /// <summary>Atoms for every peer, known or not.</summary>
    public IReadOnlyList<PolicyAtom> Everybody => _everybody;

    /// <summary>Peers with atoms of their own.</summary>
    public IEnumerable<KeyValuePair<int, List<PolicyAtom>>> ByPeer => _byPeer;

    /// <summary>
    /// The port classes of an atom for <paramref name="peer"/>; null: a peer without port names. Ascending.
    /// </summary>
    public int[] Classes(PolicyAtom atom, Peer? peer)
    {
        if (atom.Ports is null)
        {
            return _ports.All;
        }

        var names = Direction == TrafficDirection.Ingress ? _subjectNames : peer?.Ports ?? _noNames;
        return _ports.ClassesOf(atom.Ports, names);
    }

    /// <summary>
    /// What applies to one peer and class; those with L7 rules among it, in document order, go to
    /// <paramref name="l7"/>.
    /// </summary>
    public Finding Find(Peer peer, int portClass, List<PolicyAtom> l7)
    {
        var finding = Finding.Nothing;
        var seen = -1;
        foreach (var atom in _everybody.Concat(_byPeer.GetValueOrDefault(peer.Index, NoAtoms)).OrderBy(a => a.Order))
        {
            if (atom.Order != seen && Array.BinarySearch(Classes(atom, peer), portClass) >= 0)
            {
                seen = atom.Order;
                finding.Add(atom);
                if (atom is { HasL7: true, Deny: false })
                {
                    l7.Add(atom);
                }
            }
        }

        return finding;
    }

    public AtomVerdict Judge(in Finding finding) =>
        AtomVerdict.Of(finding, EnforcedDefaultDeny is not null, AuditDefaultDeny is not null);

    private void Add(PolicyAtom atom, PeerCatalog catalog)
    {
        if (atom.Peers is not null)
        {
            foreach (var peer in atom.Peers)
            {
                AddFor(peer, atom);
            }

            return;
        }

        _everybody.Add(atom);
        if (Direction == TrafficDirection.Egress && atom.HasPortNames)
        {
            // A port name at egress is the destination's: only groups that have the name differ from everybody.
            foreach (var peer in catalog.Subjects)
            {
                if (atom.Ports!.Ports.Any(p => p.Name is not null
                    && peer.Ports.Ports.ContainsKey(p.Name.ToLowerInvariant())))
                {
                    AddFor(peer.Index, atom);
                }
            }
        }
    }

    private void AddFor(int peer, PolicyAtom atom)
    {
        if (!_byPeer.TryGetValue(peer, out var atoms))
        {
            _byPeer.Add(peer, atoms = []);
        }

        atoms.Add(atom);
    }
}
