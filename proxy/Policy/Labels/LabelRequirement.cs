using System.Collections.Immutable;

namespace Jumpgate.Policy.Labels;

public enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// <summary>
/// One condition on a label. A <c>matchLabels</c> pair is <see cref="LabelOperator.In"/> with one value.
/// </summary>
/// <param name="Source">Null: any source (<c>any:</c> or no prefix).</param>
/// <param name="Key">The key without its source prefix.</param>
public sealed record LabelRequirement(string? Source, string Key, LabelOperator Operator, ImmutableArray<string> Values)
{
    /// <summary>
    /// <c>NotIn</c> and <c>DoesNotExist</c> hold where the label is absent, as Kubernetes means them.
    /// </summary>
    public bool Matches(LabelSet labels)
    {
        var present = false;
        var valueFound = false;
        foreach (var label in labels)
        {
            if (label.Key == Key && (Source is null || label.Source == Source))
            {
                present = true;
                valueFound |= Values.Contains(label.Value);
            }
        }

        return Operator switch
        {
            LabelOperator.In => valueFound,
            LabelOperator.NotIn => !valueFound,
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            _ => throw new InvalidOperationException($"unknown label operator {Operator}"),
        };
    }
}
