using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Snapshots;

/// <summary>The smallest thing that decides: one entry, or one element of its <c>toPorts</c>.</summary>
internal sealed record PolicyAtom
{
    /// <summary>Position in document order, which is the index in the snapshot's rule table.</summary>
    public required int Order { get; init; }
    public required RuleReference Rule { get; init; }
    public required bool Deny { get; init; }
    /// <summary><c>enableDefaultDeny</c> is false here: L7 rules deny nothing that they do not name.</summary>
    public required bool OpensRest { get; init; }
    /// <summary>Null: every port and protocol.</summary>
    public required PortRule? Ports { get; init; }
    /// <summary>Null: every peer. Else ascending indices in the catalog.</summary>
    public required int[]? Peers { get; init; }

    public bool Audit => Rule.Document.Audit;

    public bool HasHttp => Ports?.Http is not null;

    public bool HasKafka => Ports?.Kafka is not null;

    public bool HasL7 => HasHttp || HasKafka;

    public bool HasPortNames => Ports is not null && Ports.Ports.Any(p => p.Name is not null);
}

/// <summary>One direction of one rule: whom it protects, and what it says.</summary>
internal sealed record PolicySection
{
    public required int Order { get; init; }
    public required RuleReference Rule { get; init; }
    public required Selection Subjects { get; init; }
    public required TrafficDirection Direction { get; init; }
    /// <summary>Puts its subjects in default deny.</summary>
    public required bool DefaultDeny { get; init; }
    public required PolicyAtom[] Atoms { get; init; }
}
