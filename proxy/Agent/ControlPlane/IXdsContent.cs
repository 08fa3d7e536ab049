using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Status;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>What nodes get: whoever knows policy and workloads makes snapshots of them.</summary>
public interface IXdsContent : INodeGrouping
{
    /// <summary>
    /// Publishes until cancelled. Nodes of groups that have no snapshot are told to come back (UNAVAILABLE).
    /// </summary>
    /// <param name="streams">Which nodes have what was published.</param>
    Task RunAsync(SnapshotCache cache, StreamRegistry streams, CancellationToken stopping);
}
