namespace Jumpgate.Sockmap.Automata;

/// <summary>Where in a response head the machine stands.</summary>
internal enum ResponsePhase : byte
{
    Dead,
    Beginning,
    Status,
    /// <summary>The status has been read.</summary>
    Classified,
    Reason,
    LineStart,
    Name,
    OtherName,
    Value,
    Length,
    Connection,
    Coding,
    LineFeed,
    LineEnd,
    LastFeed,
    End,
}
