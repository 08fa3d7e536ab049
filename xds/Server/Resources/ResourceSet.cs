using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Jumpgate.Xds.Resources;

/// <summary>
/// All resources of one type in a snapshot. Equal content has the same version, wherever and whenever it was built.
/// </summary>
public sealed class ResourceSet
{
    internal ResourceSet(string typeUrl, IEnumerable<XdsResource> resources)
    {
        TypeUrl = typeUrl;
        Resources = [.. resources.OrderBy(r => r.Name, StringComparer.Ordinal)];
        ByName = Resources.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);
        Version = XdsResource.HashOf(Resources);
    }

    public string TypeUrl { get; }

    /// <summary>In order of their names.</summary>
    public ImmutableArray<XdsResource> Resources { get; }

    public FrozenDictionary<string, XdsResource> ByName { get; }

    public string Version { get; }

    internal static ResourceSet Empty(string typeUrl) => new(typeUrl, []);
}
