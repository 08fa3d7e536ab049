using System.Collections.Immutable;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Writes policies as the kernel's tables: a default for each port class, and entries where a peer differs.
/// </summary>
internal sealed class TableBuilder(PeerCatalog catalog, PortClassifier ports, PolicyProfiles profiles)
{
    private readonly Dictionary<DirectionPolicy, Block> _blocks = new(ReferenceEqualityComparer.Instance);
    private readonly Finding[] _scratch = new Finding[ports.Count];
    private readonly int[] _stamps = new int[ports.Count];
    private int _stamp;

    /// <exception cref="InvalidOperationException">Workload groups times port classes exceed what one table can
    /// hold.</exception>
    public DatapathTables Build(AddressTable addresses)
    {
        var subjects = catalog.Subjects;
        if ((long)subjects.Length * 2 * ports.Count > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"{subjects.Length} workload groups with {ports.Count} classes of ports do not fit into one table; "
                + "use fewer single ports in policies");
        }

        var defaults = ImmutableArray.CreateBuilder<TableVerdict>(subjects.Length * 2 * ports.Count);
        var entries = ImmutableArray.CreateBuilder<PolicyTableEntry>();
        for (var subject = 0; subject < subjects.Length; subject++)
        {
            // In the order of their numbers, which the index of a default relies on.
            foreach (var direction in Enum.GetValues<TrafficDirection>())
            {
                var block = BlockOf(profiles.Of(subjects[subject], direction));
                defaults.AddRange(block.Defaults);
                foreach (var (peer, portClass, verdict) in block.Entries)
                {
                    entries.Add(new PolicyTableEntry(subject, direction, peer.Group, portClass, verdict));
                }
            }
        }

        return new DatapathTables
        {
            IpCache = addresses.ToIpCache(),
            Subjects = [.. subjects.Select(s => s.Group)],
            PortClasses = ports.Table,
            PortClassCount = ports.Count,
            Defaults = defaults.MoveToImmutable(),
            Policy = entries.ToImmutable(),
        };
    }

    private Block BlockOf(DirectionPolicy policy)
    {
        if (!_blocks.TryGetValue(policy, out var block))
        {
            _blocks.Add(policy, block = Compile(policy));
        }

        return block;
    }

    private Block Compile(DirectionPolicy policy)
    {
        var findings = new Finding[ports.Count];
        Array.Fill(findings, Finding.Nothing);
        foreach (var atom in policy.Everybody)
        {
            foreach (var c in policy.Classes(atom, null))
            {
                findings[c].Add(atom);
            }
        }

        var defaults = new TableVerdict[ports.Count];
        for (var c = 0; c < defaults.Length; c++)
        {
            defaults[c] = policy.Judge(findings[c]).ToTable();
        }

        var entries = new List<(Peer Peer, ushort PortClass, TableVerdict Verdict)>();
        foreach (var (index, atoms) in policy.ByPeer)
        {
            AddEntries(policy, catalog.Peers[index], atoms, findings, defaults, entries);
        }

        return new Block(defaults, entries);
    }

    /// <summary>
    /// A peer's findings are the defaults' and its own atoms', whatever the order: the first of each kind counts.
    /// </summary>
    private void AddEntries(
        DirectionPolicy policy,
        Peer peer,
        List<PolicyAtom> atoms,
        Finding[] findings,
        TableVerdict[] defaults,
        List<(Peer Peer, ushort PortClass, TableVerdict Verdict)> entries)
    {
        _stamp++;
        var touched = new List<int>();
        foreach (var atom in atoms)
        {
            foreach (var c in policy.Classes(atom, peer))
            {
                if (_stamps[c] != _stamp)
                {
                    _stamps[c] = _stamp;
                    _scratch[c] = findings[c];
                    touched.Add(c);
                }

                _scratch[c].Add(atom);
            }
        }

        foreach (var c in touched)
        {
            var verdict = policy.Judge(_scratch[c]).ToTable();
            if (verdict != defaults[c])
            {
                entries.Add((peer, (ushort)c, verdict));
            }
        }
    }

    private sealed record Block(
        TableVerdict[] Defaults, List<(Peer Peer, ushort PortClass, TableVerdict Verdict)> Entries);
}
