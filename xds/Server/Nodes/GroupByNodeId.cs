namespace Jumpgate.Xds.Nodes;

/// <summary>Each node has a snapshot of its own, under its ID.</summary>
public sealed class GroupByNodeId : INodeGrouping
{
    public string? GroupOf(XdsNode node) => node?.Id;
}
