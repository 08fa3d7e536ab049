namespace Jumpgate.Sockmap.Automata;

/// <summary>enum head_event.</summary>
internal enum HeadEvent : uint
{
    Unknown = 0,
    Class = 1,
    Header = 2,
    LengthDigit = 3,
    End = 4,
}

/// <summary>struct automaton_outcome.</summary>
internal readonly record struct Outcome(HeadEvent Event, ulong Facts, ulong Once, uint Value)
{
    public const ulong HostFact = 1;
    public const ulong ContentLengthFact = 2;

    /// <summary>Of responses, about which nobody has conditions.</summary>
    public const ulong ChunkedFact = 4;

    public const int FirstCondition = 2;
}
