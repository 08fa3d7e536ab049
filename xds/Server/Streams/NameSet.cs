using System.Collections;

namespace Jumpgate.Xds.Streams;

/// <summary>Names that a client has said, and how much memory they take.</summary>
internal sealed class NameSet : IReadOnlyCollection<string>
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public int Count => _names.Count;

    /// <summary>Characters of all of them.</summary>
    public long Length { get; private set; }

    public bool Contains(string name) => _names.Contains(name);

    public void Add(string name)
    {
        if (_names.Add(name))
        {
            Length += name.Length;
        }
    }

    public bool Remove(string name)
    {
        if (!_names.Remove(name))
        {
            return false;
        }

        Length -= name.Length;
        Trim();
        return true;
    }

    public void Clear()
    {
        _names.Clear();
        Length = 0;
        Trim();
    }

    public IEnumerator<string> GetEnumerator() => _names.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What many names took is not kept for few.</summary>
    private void Trim()
    {
        if (_names.Capacity > 1024 && _names.Count < _names.Capacity / 4)
        {
            _names.TrimExcess();
        }
    }
}
