using Envoy.Config.Core.V3;
using Jumpgate.Grpc;

namespace Jumpgate.Xds.Nodes;

/// <summary>Who may ask: the same answer for configuration and for the services beside it.</summary>
public sealed class NodeAdmission(XdsServerOptions options, INodeGrouping grouping)
{
    /// <summary>Of a call whose first message names its node.</summary>
    /// <param name="group">The group that the node belongs to.</param>
    /// <returns>Null: it may not, see <paramref name="refusal"/>.</returns>
    public XdsNode? Admit(
        Node? message, ServerCallContext context, out string? group, out Grpc.Status refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        group = null;
        refusal = default;
        if (message is not { Id.Length: > 0 })
        {
            refusal = new Grpc.Status(
                StatusCode.InvalidArgument, "the first request of a stream names its node: node.id is missing");
            return null;
        }

        if (message.CalculateSize() is var size && size > options.MaxNodeSize)
        {
            refusal = new Grpc.Status(
                StatusCode.ResourceExhausted,
                $"the node describes itself in {size} bytes: more than {options.MaxNodeSize}; leave out metadata");
            return null;
        }

        var node = new XdsNode(message.Id, message.Cluster, message);
        if (options.Tls?.ClientCaFile is not null
            && (context.GetHttpContext().Connection.ClientCertificate is not { } certificate
                || !NodeIdentity.MaySpeakAs(certificate, node.Id, options.Tls.TrustDomain)))
        {
            refusal = new Grpc.Status(
                StatusCode.PermissionDenied, $"the client's certificate does not name node '{node.Id}'");
            return null;
        }

        group = grouping.GroupOf(node);
        refusal = group is null
            ? new Grpc.Status(StatusCode.PermissionDenied, $"node '{node.Id}' is none of this server's")
            : Grpc.Status.DefaultSuccess;
        return group is null ? null : node;
    }

    /// <summary>
    /// Of a call whose messages name no node: with client certificates it is who its certificate says it is, a node of
    /// this server; without them whoever reaches the port may ask.
    /// </summary>
    /// <param name="nodeId">The node, where a certificate names one; null otherwise.</param>
    public bool MayAsk(ServerCallContext context, out string? nodeId)
    {
        ArgumentNullException.ThrowIfNull(context);
        nodeId = null;
        if (options.Tls?.ClientCaFile is null)
        {
            return true;
        }

        if (context.GetHttpContext().Connection.ClientCertificate is not { } certificate)
        {
            return false;
        }

        nodeId = NodeIdentity.NodesOf(certificate, options.Tls.TrustDomain)
            .FirstOrDefault(id => grouping.GroupOf(new XdsNode(id, string.Empty, new Node { Id = id })) is not null);
        return nodeId is not null;
    }
}
