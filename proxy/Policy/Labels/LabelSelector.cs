using System.Collections.Immutable;

namespace Jumpgate.Policy.Labels;

/// <summary>
/// A Kubernetes label selector whose keys may carry a Cilium source prefix. No requirements: matches everything.
/// </summary>
public sealed record LabelSelector(ImmutableArray<LabelRequirement> Requirements)
{
    public bool Matches(LabelSet labels)
    {
        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }
}
