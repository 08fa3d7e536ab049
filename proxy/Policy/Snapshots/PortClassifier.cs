using System.Collections.Immutable;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Divides ports into classes that no rule of the snapshot tells apart. Class 0 is traffic without ports; TCP and UDP
/// have classes of their own.
/// </summary>
internal sealed class PortClassifier
{
    private const int PortCount = 65536;

    private readonly ushort[] _classes = new ushort[2 * PortCount];
    private readonly Dictionary<(PortRule Rule, int Ports), int[]> _byRule =
        new(EqualityComparer<(PortRule Rule, int Ports)>.Create(
            (a, b) => ReferenceEquals(a.Rule, b.Rule) && a.Ports == b.Ports,
            k => HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(k.Rule), k.Ports)));

    /// <exception cref="InvalidOperationException">The rules tell more than 65,535 classes apart.</exception>
    public PortClassifier(IEnumerable<PortRule> rules, IEnumerable<NamedPorts> maps)
    {
        var tcp = new HashSet<(int First, int Last)>();
        var udp = new HashSet<(int First, int Last)>();
        var byName = maps.SelectMany(m => m.Ports).ToLookup(p => p.Key, p => p.Value);
        foreach (var rule in rules)
        {
            foreach (var spec in rule.Ports)
            {
                foreach (var range in Ranges(spec, byName))
                {
                    if (CoversTcp(spec))
                    {
                        tcp.Add(range);
                    }

                    if (CoversUdp(spec, rule))
                    {
                        udp.Add(range);
                    }
                }
            }
        }

        Count = 1;
        Assign(_classes.AsSpan(0, PortCount), tcp);
        LastTcp = Count - 1;
        Assign(_classes.AsSpan(PortCount), udp);
        All = [.. Enumerable.Range(0, Count)];
    }

    /// <summary>Every class, 0 included.</summary>
    public int[] All { get; }

    public int Count { get; private set; }

    private int LastTcp { get; }

    public ImmutableArray<ushort> Table => [.. _classes];

    public int ClassOf(L4Protocol protocol, ushort port) => protocol switch
    {
        L4Protocol.Tcp => _classes[port],
        L4Protocol.Udp => _classes[PortCount + port],
        _ => 0,
    };

    /// <summary>The classes that a port rule covers, names resolved by <paramref name="names"/>; ascending.</summary>
    public int[] ClassesOf(PortRule rule, NamedPorts names)
    {
        var key = (rule, rule.Ports.Any(p => p.Name is not null) ? names.Index : -1);
        if (!_byRule.TryGetValue(key, out var result))
        {
            var classes = new SortedSet<int>();
            foreach (var spec in rule.Ports)
            {
                AddClasses(classes, spec, rule, names);
            }

            _byRule.Add(key, result = [.. classes]);
        }

        return result;
    }

    private static bool CoversTcp(PortSpec spec) => spec.Protocol is null or L4Protocol.Tcp;

    /// <summary>
    /// HTTP is spoken over TCP only; a reader refuses HTTP rules elsewhere, and here they open nothing elsewhere.
    /// </summary>
    private static bool CoversUdp(PortSpec spec, PortRule rule) =>
        spec.Protocol is null or L4Protocol.Udp && !rule.HasL7;

    private static IEnumerable<(int First, int Last)> Ranges(PortSpec spec, ILookup<string, ushort> byName)
    {
        if (spec.Name is not null)
        {
            return byName[spec.Name.ToLowerInvariant()].Select(p => ((int)p, (int)p));
        }

        return spec.Port == 0 ? [] : [(spec.Port, Math.Max(spec.Port, spec.EndPort))];
    }

    private void AddClasses(SortedSet<int> classes, PortSpec spec, PortRule rule, NamedPorts names)
    {
        int first = spec.Port;
        int last = Math.Max(spec.Port, spec.EndPort);
        if (spec.Name is not null)
        {
            if (!names.Ports.TryGetValue(spec.Name.ToLowerInvariant(), out var number))
            {
                return;
            }

            first = last = number;
        }
        else if (spec.Port == 0)
        {
            if (spec.Protocol is null && !rule.HasL7)
            {
                classes.Add(0);
            }

            first = 0;
            last = PortCount - 1;
        }

        var wholeRange = first == 0 && last == PortCount - 1;
        if (CoversTcp(spec))
        {
            AddRange(classes, _classes.AsSpan(0, PortCount), first, last, wholeRange ? (1, LastTcp) : null);
        }

        if (CoversUdp(spec, rule))
        {
            AddRange(classes, _classes.AsSpan(PortCount), first, last, wholeRange ? (LastTcp + 1, Count - 1) : null);
        }
    }

    private static void AddRange(
        SortedSet<int> classes, ReadOnlySpan<ushort> table, int first, int last, (int First, int Last)? known)
    {
        if (known is { } all)
        {
            for (var c = all.First; c <= all.Last; c++)
            {
                classes.Add(c);
            }

            return;
        }

        var previous = -1;
        for (var port = first; port <= last; port++)
        {
            if (table[port] != previous)
            {
                previous = table[port];
                classes.Add(previous);
            }
        }
    }

    /// <summary>
    /// Ports covered by the same ranges share a class. Sets of ranges are compared by a 128-bit sum of random numbers,
    /// one per range: the sweep stays linear, and two sets meet by accident never in practice.
    /// </summary>
    private void Assign(Span<ushort> table, HashSet<(int First, int Last)> ranges)
    {
        var random = new Random(0x4a47);
        var change = new UInt128[PortCount + 1];
        foreach (var (first, last) in ranges.Order())
        {
            var number = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
            change[first] += number;
            change[last + 1] -= number;
        }

        var known = new Dictionary<UInt128, ushort>();
        var sum = UInt128.Zero;
        for (var port = 0; port < PortCount; port++)
        {
            sum += change[port];
            if (!known.TryGetValue(sum, out var number))
            {
                if (Count > ushort.MaxValue)
                {
                    throw new InvalidOperationException(
                        $"policies tell more than {ushort.MaxValue} classes of ports apart; use fewer single ports");
                }

                known.Add(sum, number = (ushort)Count++);
            }

            table[port] = number;
        }
    }
}
