using Jumpgate.Xds.Nodes;

namespace Jumpgate.Xds.Status;

/// <summary>A stream that can say where it stands; safe to ask from any thread.</summary>
internal interface IStreamStatus
{
    XdsNode Node { get; }

    NodeStatus Describe();

    /// <summary>Each resource that the client has or should have: for client status discovery.</summary>
    IReadOnlyList<ResourceStatus> DescribeResources();
}
