using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Jumpgate.Xds.Resources;

/// <summary>
/// What a group of nodes gets: immutable, complete and consistent - no name twice, and every reference resolves - or it
/// does not come to be.
/// </summary>
public sealed class XdsSnapshot
{
    private readonly FrozenDictionary<string, ResourceSet> _sets;

    private XdsSnapshot(FrozenDictionary<string, ResourceSet> sets)
    {
        _sets = sets;
        Version = string.Join('-', sets.Values.OrderBy(s => s.TypeUrl, StringComparer.Ordinal).Select(s => s.Version));
    }

    /// <summary>Equal for equal content.</summary>
    public string Version { get; }

    public ImmutableArray<ResourceSet> Sets => _sets.Values;

    /// <returns>Null when the snapshot has no resource of that type.</returns>
    public ResourceSet? Of(string typeUrl) => _sets.GetValueOrDefault(typeUrl);

    /// <param name="errors">All that is wrong, one sentence each; empty when it is a snapshot.</param>
    public static bool TryCreate(
        IEnumerable<XdsResource> resources, [NotNullWhen(true)] out XdsSnapshot? snapshot,
        out ImmutableArray<string> errors)
    {
        var all = resources.ToList();
        var found = new HashSet<XdsReference>();
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var resource in all)
        {
            // A client refuses the whole response that holds a name twice.
            if (!found.Add(new XdsReference(resource.TypeUrl, resource.Name)))
            {
                problems.Add($"{XdsType.Of(resource.TypeUrl)} '{resource.Name}' is there twice");
            }

            if (resource.Name == "*")
            {
                problems.Add($"{XdsType.Of(resource.TypeUrl)} '*': the name means all resources");
            }
        }

        foreach (var resource in all)
        {
            problems.AddRange(resource.References.Where(r => !found.Contains(r)).Select(missing =>
                $"{XdsType.Of(resource.TypeUrl)} '{resource.Name}' refers to {XdsType.Of(missing.TypeUrl)} '{missing.Name}', which is not there"));
        }

        errors = problems.ToImmutable();
        snapshot = errors.IsEmpty
            ? new XdsSnapshot(all.GroupBy(r => r.TypeUrl).Select(g => new ResourceSet(g.Key, g))
                .ToFrozenDictionary(s => s.TypeUrl, StringComparer.Ordinal))
            : null;
        return snapshot is not null;
    }

    /// <summary>
    /// The same, with the sets of <paramref name="older"/> where nothing changed: streams tell by reference that they
    /// have them.
    /// </summary>
    internal XdsSnapshot Sharing(XdsSnapshot? older) => older is null ? this : new XdsSnapshot(
        _sets.Values.Select(s => older.Of(s.TypeUrl) is { } same && same.Version == s.Version ? same : s)
            .ToFrozenDictionary(s => s.TypeUrl, StringComparer.Ordinal));
}
