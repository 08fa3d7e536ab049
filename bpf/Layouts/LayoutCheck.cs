namespace Jumpgate.Bpf;

/// <summary>Compares every C# mirror with what a kernel object, or a map already in the kernel, says of the same
/// type.</summary>
internal static class LayoutCheck
{
    /// <summary>C structs and their mirrors.</summary>
    internal static readonly IReadOnlyList<(string Name, Type Mirror)> Structs =
    [
        ("flow_key", typeof(FlowKey)),
        ("flow", typeof(Flow)),
        ("endpoint_key", typeof(EndpointKey)),
        ("endpoint", typeof(Endpoint)),
        ("ipcache_key", typeof(IpCacheKey)),
        ("ipcache_entry", typeof(IpCacheValue)),
        ("policy_key", typeof(PolicyKey)),
        ("policy_value", typeof(PolicyValue)),
        ("port_classes", typeof(PortClassTable)),
        ("datapath", typeof(DatapathState)),
        ("packet_counter", typeof(PacketCounter)),
        ("event", typeof(FlowEvent)),
    ];

    /// <summary>Those that only the programs of the socket acceleration carry.</summary>
    internal static readonly IReadOnlyList<(string Name, Type Mirror)> LaneStructs =
    [
        ("lane_endpoint", typeof(LaneEndpoint)),
        ("lane_settings", typeof(LaneSettings)),
        ("pair_key", typeof(PairKey)),
        ("pair_end", typeof(PairEnd)),
        ("pair", typeof(Pair)),
        ("lane_socket", typeof(LaneSocket)),
        ("lane", typeof(Lane)),
        ("lane_rule", typeof(LaneRuleCounter)),
        ("lane_latency", typeof(LaneLatency)),
        ("lane_event", typeof(LaneEvent)),
        ("lane_question", typeof(LaneQuestion)),
        ("lane_answer", typeof(LaneAnswer)),
        ("direct_way", typeof(DirectWay)),
        ("direct_pair", typeof(DirectPair)),
        ("direct_socket", typeof(DirectSocket)),
        ("direct_question", typeof(DirectQuestion)),
    ];

    /// <summary>C enums, the prefix of their constants, and their mirrors.</summary>
    internal static readonly IReadOnlyList<(string Name, string Prefix, Type Mirror)> Enums =
    [
        ("direction", "DIRECTION_", typeof(Direction)),
        ("verdict", "VERDICT_", typeof(Verdict)),
        ("drop_reason", "DROP_", typeof(DropReason)),
        ("flow_state", "FLOW_", typeof(FlowState)),
        ("event_type", "EVENT_", typeof(EventType)),
        ("trace_point", "TRACE_", typeof(TracePoint)),
    ];

    /// <summary>Likewise.</summary>
    internal static readonly IReadOnlyList<(string Name, string Prefix, Type Mirror)> LaneEnums =
    [
        ("lane_mode", "LANE_", typeof(LaneMode)),
        ("lane_reason", "LANE_", typeof(LaneReason)),
        ("chunk_place", "CHUNK_", typeof(ChunkPlace)),
        ("direct_state", "DIRECT_", typeof(DirectState)),
        ("pair_kind", "PAIR_", typeof(PairKind)),
        ("left_reason", "LEFT_", typeof(LeftReason)),
    ];

    /// <summary>The first difference in words, or null. Types this BTF does not carry are added to
    /// <paramref name="absent"/> where given.</summary>
    internal static string? Compare(nint btf, ISet<string>? absent = null) =>
        Compare(btf, Structs.Concat(LaneStructs), Enums.Concat(LaneEnums), absent);

    /// <summary>Likewise, for other types.</summary>
    internal static string? Compare(
        nint btf,
        IEnumerable<(string Name, Type Mirror)> structs,
        IEnumerable<(string Name, string Prefix, Type Mirror)> enums,
        ISet<string>? absent)
    {
        foreach (var (name, mirror) in structs)
        {
            if (BtfTypes.FindStruct(btf, name) is not { } actual)
            {
                absent?.Add($"struct {name}");
            }
            else if (CompareStruct(name, actual.Size, actual.Members, mirror) is { } difference)
            {
                return difference;
            }
        }

        foreach (var (name, prefix, mirror) in enums)
        {
            if (BtfTypes.FindEnum(btf, name) is not { } actual)
            {
                absent?.Add($"enum {name}");
            }
            else if (CompareEnum(name, prefix, actual, mirror) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? CompareStruct(string name, int size, LayoutMember[] members, Type mirror)
    {
        var (mirrorSize, mirrorMembers) = MirrorLayout.Measure(mirror);
        for (var i = 0; i < Math.Max(members.Length, mirrorMembers.Length); i++)
        {
            if (i >= mirrorMembers.Length)
            {
                return $"struct {name}: member {members[i].Name} is unknown to {mirror.Name}";
            }

            var expected = mirrorMembers[i];
            var actual = Array.Find(members, member => member.Name == expected.Name);
            if (actual.Name is null)
            {
                return $"struct {name}: member {expected.Name} of {mirror.Name} does not exist";
            }

            if (actual.Offset != expected.Offset || actual.Size != expected.Size)
            {
                return $"struct {name}: member {expected.Name} is {actual.Size} bytes at offset {actual.Offset}, " +
                    $"{mirror.Name} has {expected.Size} bytes at offset {expected.Offset}";
            }
        }

        return size == mirrorSize ? null : $"struct {name}: size is {size} bytes, {mirror.Name} has {mirrorSize}";
    }

    private static string? CompareEnum(string name, string prefix, (string Name, int Value)[] values, Type mirror)
    {
        var expected = Enum.GetNames(mirror).ToDictionary(
            member => prefix + MirrorLayout.ToC(member).ToUpperInvariant(),
            member => Convert.ToInt32(Enum.Parse(mirror, member), System.Globalization.CultureInfo.InvariantCulture));
        foreach (var (constant, value) in values)
        {
            if (constant.EndsWith("_COUNT", StringComparison.Ordinal))
            {
                if (value != expected.Count)
                {
                    return $"enum {name}: {constant} is {value}, {mirror.Name} has {expected.Count} members";
                }
            }
            else if (!expected.TryGetValue(constant, out var mirrored))
            {
                return $"enum {name}: {constant} is unknown to {mirror.Name}";
            }
            else if (mirrored != value)
            {
                return $"enum {name}: {constant} is {value}, {mirror.Name} has {mirrored}";
            }
        }

        var missing = expected.Keys.Except(values.Select(value => value.Name)).FirstOrDefault();
        return missing is null ? null : $"enum {name}: {missing} of {mirror.Name} does not exist";
    }
}
