namespace Jumpgate.Xds.Status;

/// <summary>Where a type of a node stands.</summary>
public enum TypeSync
{
    /// <summary>Nothing was sent yet: there is nothing of it for this node, or its turn has not come.</summary>
    NotSent,

    /// <summary>Sent, not answered.</summary>
    Waiting,

    /// <summary>The client has accepted all there is.</summary>
    Synced,

    /// <summary>There is something newer, which waits for its turn.</summary>
    Stale,

    /// <summary>The client refuses what was sent, and keeps what it had.</summary>
    Rejected,
}
