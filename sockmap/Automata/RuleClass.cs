using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>struct automaton_alternative.</summary>
internal readonly record struct Alternative(ulong Facts, uint Rule)
{
    public const uint NoRule = uint.MaxValue;
}

/// <summary>What a request line leaves open (struct automaton_class).</summary>
internal sealed record RuleClass(
    ImmutableArray<Alternative> Egress, ImmutableArray<Alternative> Ingress, uint Method)
{
    public bool Equals(RuleClass? other) => other is not null && Method == other.Method
        && Egress.SequenceEqual(other.Egress) && Ingress.SequenceEqual(other.Ingress);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Method);
        foreach (var alternative in Egress.Concat(Ingress))
        {
            hash.Add(alternative);
        }

        return hash.ToHashCode();
    }
}
