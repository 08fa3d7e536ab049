using System.Collections.Immutable;

namespace Jumpgate.Policy.Http.Rules;

/// <summary>What the rules that matched one request want done to its headers, each thing once.</summary>
internal sealed class HeaderActions
{
    private readonly List<HeaderMutation> _mutations = [];
    private readonly List<string> _mismatches = [];

    public ImmutableArray<HeaderMutation> Mutations => [.. _mutations];

    public ImmutableArray<string> Mismatches => [.. _mismatches];

    public void Record(string name)
    {
        if (!_mismatches.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            _mismatches.Add(name);
        }
    }

    public void Mutate(HeaderMutation mutation)
    {
        // Two rules that want one value added want it there once.
        if (!_mutations.Exists(m => m.Kind == mutation.Kind && m.Value == mutation.Value
            && m.Name.Equals(mutation.Name, StringComparison.OrdinalIgnoreCase)))
        {
            _mutations.Add(mutation);
        }
    }
}
