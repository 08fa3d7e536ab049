using System.Collections;
using System.Collections.Immutable;

namespace Jumpgate.Policy.Labels;

/// <summary>A set of labels, ordered, compared by content: equal sets share one identity.</summary>
public sealed class LabelSet : IEquatable<LabelSet>, IReadOnlyCollection<Label>
{
    private readonly ImmutableArray<Label> _labels;
    private readonly int _hash;

    public LabelSet(IEnumerable<Label> labels)
    {
        _labels = [.. labels.Distinct().OrderBy(l => l.Source, StringComparer.Ordinal)
            .ThenBy(l => l.Key, StringComparer.Ordinal).ThenBy(l => l.Value, StringComparer.Ordinal)];
        var hash = new HashCode();
        foreach (var label in _labels)
        {
            hash.Add(label);
        }

        _hash = hash.ToHashCode();
    }

    public int Count => _labels.Length;

    public ImmutableArray<Label>.Enumerator GetEnumerator() => _labels.GetEnumerator();

    IEnumerator<Label> IEnumerable<Label>.GetEnumerator() => ((IEnumerable<Label>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)_labels).GetEnumerator();

    public bool Equals(LabelSet? other) =>
        other is not null && _hash == other._hash && _labels.AsSpan().SequenceEqual(other._labels.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => _hash;

    /// <summary>As the monitor prints it: <c>class=deathstar,org=empire</c>.</summary>
    public override string ToString() => string.Join(',', _labels);
}
