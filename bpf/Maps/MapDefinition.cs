namespace Jumpgate.Bpf;

/// <summary>What makes two maps interchangeable.</summary>
internal sealed record MapDefinition
{
    internal required string Name { get; init; }

    internal required BpfMapType Type { get; init; }

    internal required uint KeySize { get; init; }

    internal required uint ValueSize { get; init; }

    internal required uint MaxEntries { get; init; }

    internal required uint Flags { get; init; }

    /// <summary>For maps of maps: what the inner ones look like.</summary>
    internal MapDefinition? Inner { get; init; }

    /// <summary>The first difference to a map in the kernel, or null. Inner maps are not seen from outside: the kernel
    /// itself refuses one that differs.</summary>
    internal string? Compare(BpfMap map)
    {
        var info = map.ReadInfo();
        return Compare("type", Type, info.Type)
            ?? Compare("key size", KeySize, info.KeySize)
            ?? Compare("value size", ValueSize, info.ValueSize)
            ?? Compare("size", MaxEntries, info.MaxEntries)
            ?? Compare("flags", Flags, info.Flags);
    }

    private string? Compare<T>(string what, T wanted, T pinned)
        where T : IEquatable<T>, IFormattable =>
        wanted.Equals(pinned) ? null : $"map {Name}: {what} {pinned} is pinned, {wanted} is wanted";

    private string? Compare(string what, BpfMapType wanted, BpfMapType pinned) =>
        wanted == pinned ? null : $"map {Name}: {what} {pinned} is pinned, {wanted} is wanted";
}
