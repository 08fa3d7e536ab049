namespace Jumpgate.Agent.Admin;

/// <summary>What <c>jumpgate xds status</c> shows.</summary>
/// <param name="Listen">Where xDS is served; null when it is not.</param>
/// <param name="Groups">Groups of nodes that have a snapshot.</param>
public sealed record XdsReport(string? Listen, IReadOnlyList<string> Groups, IReadOnlyList<XdsNodeReport> Nodes);

/// <summary>One stream of a node.</summary>
public sealed record XdsNodeReport(
    string Node, string Cluster, string UserAgent, string Group, string Peer, string Service, string Protocol,
    DateTimeOffset ConnectedAt, IReadOnlyList<XdsTypeReport> Types);

/// <summary>One resource type of a stream.</summary>
/// <param name="State">not-sent, waiting, synced, stale or rejected.</param>
/// <param name="LastError">What the node said when it refused a response last; it may have accepted another
/// since.</param>
public sealed record XdsTypeReport(
    string Type, string TypeUrl, string State, int Resources, string? SentVersion, string? AckedVersion,
    long Rejections,
    string? LastError, string? LastErrorVersion, DateTimeOffset? LastErrorAt);
