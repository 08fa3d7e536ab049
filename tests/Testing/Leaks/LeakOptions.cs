namespace Jumpgate.Testing;

/// <summary>What <see cref="LeakCheck"/> looks at.</summary>
public sealed record LeakOptions
{
    /// <summary>Kinds to compare.</summary>
    public LeakKinds Kinds { get; init; } = LeakKinds.All;

    /// <summary>Namespaces (full names) whose qdiscs, filters, rules and routes count, besides our own.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>
    /// Which named network namespaces count. By default those of this process's labs, since others may run meanwhile.
    /// </summary>
    public Func<string, bool> IsOurNamespace { get; init; } =
        name => name.Contains($"{Environment.ProcessId}", StringComparison.Ordinal);

    /// <summary>Which BPF objects count, by name; by default all that no other living process holds.</summary>
    public Func<string, bool> IsOurBpfObject { get; init; } = _ => true;

    /// <summary>Which pins count, by path below /sys/fs/bpf.</summary>
    public Func<string, bool> IsOurPin { get; init; } = _ => true;
}
