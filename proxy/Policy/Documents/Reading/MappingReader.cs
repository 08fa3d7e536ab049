using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads a mapping field by field; whatever nobody asked for is refused by name at the end.</summary>
internal sealed class MappingReader(Field field, YamlMapping mapping)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public Field Field { get; } = field;

    /// <summary>Every entry, for mappings whose keys are free.</summary>
    public IEnumerable<(string Key, Field Value)> Entries => mapping.Entries.Select(e => (e.Key, FieldOf(e)));

    /// <summary>Null where the field is absent or null, which Kubernetes takes for absent.</summary>
    public Field? Take(string name)
    {
        var found = TakeEvenNull(name);
        return found is { IsNull: true } ? null : found;
    }

    public Field? TakeEvenNull(string name)
    {
        _known.Add(name);
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key == name)
            {
                return FieldOf(entry);
            }
        }

        return null;
    }

    /// <summary>Takes the field, and says that it is missing where it is.</summary>
    public Field? Require(string name, string why)
    {
        var found = Take(name);
        if (found is null)
        {
            Field.Sink.Error(Field.Line, FieldPath.Member(Field.Path, name), why);
        }

        return found;
    }

    /// <summary>Accepts fields that only describe.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
        }
    }

    /// <summary>Refuses all fields not taken: with their own reason where <paramref name="refused"/> has one.</summary>
    public void Finish(IReadOnlyDictionary<string, string>? refused = null)
    {
        foreach (var entry in mapping.Entries)
        {
            if (_known.Contains(entry.Key))
            {
                continue;
            }

            var path = FieldPath.Member(Field.Path, entry.Key);
            if (refused is not null && refused.TryGetValue(entry.Key, out var reason))
            {
                // Null is absent: nothing that could change enforcement.
                if (entry.Value is not YamlScalar { Kind: YamlScalarKind.Null })
                {
                    Field.Sink.Error(entry.KeyLine, path, reason);
                }

                continue;
            }

            var suggestion = Spelling.Nearest(entry.Key, _known);
            Field.Sink.Error(entry.KeyLine, path, suggestion is null
                ? $"unknown field; known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}"
                : $"unknown field; did you mean {suggestion}?");
        }
    }

    private Field FieldOf(YamlEntry entry) =>
        new(entry.Value, FieldPath.Member(Field.Path, entry.Key), entry.KeyLine, Field.Sink);
}
