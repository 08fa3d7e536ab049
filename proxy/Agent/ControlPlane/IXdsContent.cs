using Jumpgate.Xds.Nodes;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>What nodes get: whoever knows policy and workloads makes snapshots of them.</summary>
public interface IXdsContent : INodeGrouping
{
    /// <summary>
    /// Publishes until cancelled. Nodes of groups that have no snapshot are told to come back (UNAVAILABLE).
    /// </summary>
    Task RunAsync(SnapshotCache cache, CancellationToken stopping);
}
