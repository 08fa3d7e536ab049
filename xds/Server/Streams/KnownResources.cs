using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>
/// What a client has of one type, as far as this stream knows: sent here, or told when it reconnected. Thousands of
/// streams that have the same whole set share it.
/// </summary>
internal sealed class KnownResources
{
    private ResourceSet? _whole;
    private Dictionary<string, Known>? _own;

    /// <summary>What is known only because the client has said so.</summary>
    public Amount Told { get; private set; }

    public int Count => _whole?.Resources.Length ?? _own?.Count ?? 0;

    public IEnumerable<string> Names =>
        _whole?.Resources.Select(r => r.Name) ?? _own?.Keys ?? Enumerable.Empty<string>();

    /// <returns>Whether the client has exactly this; no answer costs nothing.</returns>
    public bool Is(ResourceSet set) => ReferenceEquals(_whole, set);

    /// <returns>The version that the client has; null when it has none, or knows that there is none.</returns>
    public string? VersionOf(string name) =>
        _whole is not null ? _whole.ByName.GetValueOrDefault(name)?.Version : _own?.GetValueOrDefault(name)?.Version;

    /// <returns>What was sent; null when the client has it from another stream.</returns>
    public XdsResource? ResourceOf(string name) =>
        _whole is not null ? _whole.ByName.GetValueOrDefault(name) : _own?.GetValueOrDefault(name)?.Resource;

    /// <returns>Whether the client was told that there is no such resource.</returns>
    public bool IsKnownAbsent(string name) => _own?.GetValueOrDefault(name) is { Version: null };

    public void Has(ResourceSet set)
    {
        Clear();
        _whole = set;
    }

    public void Has(XdsResource resource) => Set(resource.Name, new Known(resource.Version, resource));

    public void HasVersion(string name, string version) => Set(name, new Known(version, null));

    public void IsAbsent(string name) => Set(name, new Known(null, null));

    public void Forget(string name)
    {
        if (_whole is null || _whole.ByName.ContainsKey(name))
        {
            Remove(name);
        }
    }

    public void Clear()
    {
        _whole = null;
        _own = null;
        Told = default;
    }

    private void Set(string name, Known known)
    {
        Remove(name);
        Own().Add(name, known);
        Told += known.Said(name);
    }

    private void Remove(string name)
    {
        if (Own().Remove(name, out var known))
        {
            Told -= known.Said(name);
            // What many names took is not kept for few.
            if (_own!.Capacity > 1024 && _own.Count < _own.Capacity / 4)
            {
                _own.TrimExcess();
            }
        }
    }

    private Dictionary<string, Known> Own()
    {
        _own ??= _whole?.Resources.ToDictionary(r => r.Name, r => new Known(r.Version, r), StringComparer.Ordinal)
            ?? new Dictionary<string, Known>(StringComparer.Ordinal);
        _whole = null;
        return _own;
    }

    private sealed record Known(string? Version, XdsResource? Resource)
    {
        public Amount Said(string name) => Resource is null && Version is not null
            ? new(1, name.Length + Version.Length) : default;
    }
}
