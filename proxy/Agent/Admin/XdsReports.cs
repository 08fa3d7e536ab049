using Jumpgate.Xds;
using Jumpgate.Xds.Status;

namespace Jumpgate.Agent.Admin;

/// <summary>What the admin socket says of the control plane.</summary>
internal sealed class XdsReports(XdsServer? server)
{
    public XdsReport Report() => server is null
        ? new XdsReport(null, [], [])
        : new XdsReport($"{server.Address}", server.Cache.Groups, [.. server.Streams.Describe().Select(Describe)]);

    private static XdsNodeReport Describe(NodeStatus node) => new(
        node.Node, node.Cluster, node.UserAgent, node.Group, node.Peer, node.Service, node.Protocol, node.ConnectedAt,
        [.. node.Types.Select(t => new XdsTypeReport(
            t.Type, t.TypeUrl, Name(t.State), t.Resources, t.SentVersion, t.AckedVersion, t.Rejections, t.LastError,
            t.LastErrorVersion, t.LastErrorAt))]);

    private static string Name(TypeSync state) => state switch
    {
        TypeSync.NotSent => "not-sent",
        TypeSync.Waiting => "waiting",
        TypeSync.Synced => "synced",
        TypeSync.Stale => "stale",
        _ => "rejected",
    };
}
