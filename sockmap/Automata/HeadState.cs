namespace Jumpgate.Sockmap.Automata;

/// <summary>Where the machine stands, before states are numbered.</summary>
internal enum Phase : byte
{
    Dead,
    Method,
    Target,
    /// <summary>The blank after the target; the fields' section goes on from there.</summary>
    Classified,
    Version,
    LineStart,
    Name,
    PlainValue,
    PolicyValue,
    HostValue,
    LengthValue,
    ConnectionValue,
    LineFeed,
    LineEnd,
    LastFeed,
    End,
}

/// <param name="X">Depends on the phase: what was interned.</param>
/// <param name="Y">Depends on the phase: a position.</param>
/// <param name="Set">Nodes of the phase's NFA.</param>
internal sealed record HeadState(Phase Phase, int X, int Y, int[] Set)
{
    public static readonly HeadState Dead = new(Phase.Dead, 0, 0, []);

    public bool Equals(HeadState? other) =>
        other is not null && Phase == other.Phase && X == other.X && Y == other.Y
            && Set.AsSpan().SequenceEqual(other.Set);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Phase);
        hash.Add(X);
        hash.Add(Y);
        foreach (var node in Set)
        {
            hash.Add(node);
        }

        return hash.ToHashCode();
    }
}
