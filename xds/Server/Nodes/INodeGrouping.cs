namespace Jumpgate.Xds.Nodes;

/// <summary>Says which snapshot a node gets.</summary>
public interface INodeGrouping
{
    /// <returns>The group's name in the <see cref="SnapshotCache"/>; null when this node is none of ours
    /// (PERMISSION_DENIED).</returns>
    string? GroupOf(XdsNode node);
}
