using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Identities;

/// <summary>
/// Gives numbers to label sets, CIDR prefixes and groups, and remembers them: a number never means anything else while
/// the process (and, through <see cref="Export"/>, its state file) lives. Not thread-safe: one builder owns it.
/// </summary>
public sealed class IdentityAllocator
{
    /// <summary>
    /// First number of groups that cannot have their identity's number, because another ports map already has it.
    /// </summary>
    public const uint FirstExtraGroup = 1 << 28;

    private readonly Dictionary<LabelSet, NumericIdentity> _workloads = [];
    private readonly Dictionary<IPNetwork, NumericIdentity> _cidrs = [];
    private readonly Dictionary<(NumericIdentity Identity, string Ports), PolicyGroup> _groups = [];
    private readonly Dictionary<PolicyGroup, GroupState> _groupStates = [];
    private uint _nextWorkload = ReservedIdentity.FirstWorkload;
    private uint _nextCidr = ReservedIdentity.FirstCidr;
    private uint _nextGroup = FirstExtraGroup;

    /// <summary>The identity of a workload's labels; a new number for a set not seen before.</summary>
    /// <exception cref="InvalidOperationException">All workload numbers are taken.</exception>
    public NumericIdentity ForLabels(LabelSet labels)
    {
        if (!_workloads.TryGetValue(labels, out var identity))
        {
            identity = new NumericIdentity(Take(ref _nextWorkload, ReservedIdentity.FirstCidr, "workload identities"));
            _workloads.Add(labels, identity);
        }

        return identity;
    }

    /// <summary>
    /// The identity of addresses outside the cluster whose longest known prefix is <paramref name="prefix"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">All CIDR numbers are taken.</exception>
    public NumericIdentity ForCidr(IPNetwork prefix)
    {
        if (!_cidrs.TryGetValue(prefix, out var identity))
        {
            identity = new NumericIdentity(Take(ref _nextCidr, FirstExtraGroup, "CIDR identities"));
            _cidrs.Add(prefix, identity);
        }

        return identity;
    }

    /// <summary>
    /// The group of an identity's workloads with these named ports. The first ports map of an identity has the
    /// identity's own number.
    /// </summary>
    /// <exception cref="InvalidOperationException">All group numbers are taken.</exception>
    public PolicyGroup ForGroup(NumericIdentity identity, ImmutableDictionary<string, ushort> ports)
    {
        var key = (identity, PortNames.Key(ports));
        if (!_groups.TryGetValue(key, out var group))
        {
            var own = new PolicyGroup(identity.Value);
            group = _groupStates.ContainsKey(own)
                ? new PolicyGroup(Take(ref _nextGroup, uint.MaxValue, "policy groups"))
                : own;
            _groups.Add(key, group);
            _groupStates.Add(group, new GroupState(group.Value, identity.Value, ports));
        }

        return group;
    }

    /// <summary>Labels of a CIDR identity: the prefix itself and <c>reserved:world</c>.</summary>
    public static LabelSet CidrLabels(IPNetwork prefix) =>
        new([new Label("cidr", prefix.ToString(), string.Empty), new Label("reserved", "world", string.Empty)]);

    /// <summary>Everything remembered, ordered by number.</summary>
    public IdentityAllocatorState Export() => new()
    {
        Workloads = [.. _workloads.OrderBy(p => p.Value.Value).Select(p => new WorkloadIdentityState(
            p.Value.Value, [.. p.Key.Select(l => new LabelState(l.Source, l.Key, l.Value))]))],
        Cidrs = [.. _cidrs.OrderBy(p => p.Value.Value).Select(p =>
            new CidrIdentityState(p.Value.Value, p.Key.ToString()))],
        Groups = [.. _groupStates.Values.OrderBy(g => g.Group)],
    };

    /// <summary>An allocator that goes on where <see cref="Export"/> left off.</summary>
    /// <returns>False where the state contradicts itself; <paramref name="reason"/> then names the number at
    /// fault.</returns>
    public static bool TryImport(
        IdentityAllocatorState state,
        [NotNullWhen(true)] out IdentityAllocator? allocator,
        [NotNullWhen(false)] out string? reason)
    {
        allocator = null;
        var result = new IdentityAllocator();
        reason = result.ReadWorkloads(state) ?? result.ReadCidrs(state) ?? result.ReadGroups(state);
        if (reason is not null)
        {
            return false;
        }

        allocator = result;
        return true;
    }

    private string? ReadWorkloads(IdentityAllocatorState state)
    {
        var seen = new HashSet<uint>();
        foreach (var entry in Items(state.Workloads))
        {
            if (!new NumericIdentity(entry.Identity).IsWorkload)
            {
                return $"identity {entry.Identity} is no workload number";
            }

            var labels = new LabelSet(Items(entry.Labels).Select(l => new Label(l.Source, l.Key, l.Value)));
            if (!seen.Add(entry.Identity) || !_workloads.TryAdd(labels, new NumericIdentity(entry.Identity)))
            {
                return $"identity {entry.Identity} or its labels ({labels}) appear twice";
            }

            _nextWorkload = Math.Max(_nextWorkload, entry.Identity + 1);
        }

        return null;
    }

    private string? ReadCidrs(IdentityAllocatorState state)
    {
        var seen = new HashSet<uint>();
        foreach (var entry in Items(state.Cidrs))
        {
            if (entry.Identity is < ReservedIdentity.FirstCidr or >= FirstExtraGroup)
            {
                return $"identity {entry.Identity} is no CIDR number";
            }

            if (!IPNetwork.TryParse(entry.Prefix, out var prefix) || prefix.ToString() != entry.Prefix)
            {
                return $"identity {entry.Identity}: \"{entry.Prefix}\" is no prefix";
            }

            if (!seen.Add(entry.Identity) || !_cidrs.TryAdd(prefix, new NumericIdentity(entry.Identity)))
            {
                return $"identity {entry.Identity} or its prefix {prefix} appears twice";
            }

            _nextCidr = Math.Max(_nextCidr, entry.Identity + 1);
        }

        return null;
    }

    private string? ReadGroups(IdentityAllocatorState state)
    {
        var known = _workloads.Values.Select(i => i.Value).ToHashSet();
        foreach (var entry in Items(state.Groups))
        {
            if (!known.Contains(entry.Identity))
            {
                return $"group {entry.Group} belongs to identity {entry.Identity}, which the state does not define";
            }

            if (entry.Group != entry.Identity && entry.Group < FirstExtraGroup)
            {
                return $"group {entry.Group} has neither its identity's number nor one of the range for groups";
            }

            var key = (new NumericIdentity(entry.Identity), PortNames.Key(entry.Ports));
            var group = new PolicyGroup(entry.Group);
            if (!_groupStates.TryAdd(group, entry) || !_groups.TryAdd(key, group))
            {
                return $"group {entry.Group} or its named ports appear twice";
            }

            if (entry.Group >= FirstExtraGroup)
            {
                _nextGroup = Math.Max(_nextGroup, entry.Group == uint.MaxValue ? uint.MaxValue : entry.Group + 1);
            }
        }

        return null;
    }

    /// <summary>A serializer leaves an array that its file does not mention in its default state.</summary>
    private static ImmutableArray<T> Items<T>(ImmutableArray<T> items) => items.IsDefault ? [] : items;

    private static uint Take(ref uint next, uint end, string what) =>
        next < end
            ? next++
            : throw new InvalidOperationException($"no numbers are left for {what} (all below {end} are in use)");
}
