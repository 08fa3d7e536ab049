using System.Collections.Immutable;

namespace Jumpgate.Kafka.Messages;

/// <summary>One field for all versions, as described.</summary>
/// <param name="Name">Ours. The same name in request and reply means that a denial repeats the request's value.</param>
/// <param name="Versions">Where the field is there.</param>
/// <param name="Nullable">Where it may be null.</param>
/// <param name="Tag">Its number, where it is a tagged field.</param>
/// <param name="IsBare">An array of plain values, not of structures.</param>
/// <param name="Default">What a denial says here; empty: an empty string or list where null were possible.</param>
internal sealed record FieldDescription(
    string Name,
    WireType Type,
    VersionRange Versions,
    VersionRange Nullable,
    int? Tag,
    ImmutableArray<FieldDescription> Fields,
    bool IsBare,
    long Default,
    bool IsEmptyByDefault);
