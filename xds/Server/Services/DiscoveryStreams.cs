using Envoy.Config.Core.V3;
using Jumpgate.Grpc;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Status;
using Jumpgate.Xds.Streams;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Xds.Services;

/// <summary>Opens streams: who asks, may he, and what is there for him.</summary>
internal sealed class DiscoveryStreams(
    SnapshotCache cache, NodeAdmission admission, StreamRegistry registry, XdsServerOptions options, ILogger logger,
    CancellationToken stopping)
{
    /// <summary>Serves one stream.</summary>
    /// <param name="onlyType">The type of a per-type service; null for ADS.</param>
    public async Task ServeAsync<TRequest, TType>(
        IDiscoveryProtocol<TRequest, TType> protocol, string service, string? onlyType,
        IAsyncStreamReader<TRequest> reader,
        IServerStreamWriter<EncodedResponse> writer, ServerCallContext context)
        where TType : TypeState
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            if (!await reader.MoveNext(ended.Token))
            {
                return;
            }

            var (node, group, source) = Admit(protocol.NodeOf(reader.Current), context);
            var session = new StreamSession<TRequest, TType>(
                protocol, service, onlyType, node, group, source, options, logger, context.Peer);
            registry.Add(session);
            var (id, agent) = (Line.Of(node.Id), Line.Of(node.UserAgent));
            logger.Connected(id, agent, context.Peer, service, protocol.Name);
            try
            {
                await session.RunAsync(reader, writer, ended.Token);
            }
            finally
            {
                registry.Remove(session);
                logger.Disconnected(id, context.Peer, service);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Grpc.Status(StatusCode.Unavailable, "the server stops"));
        }
        catch (RpcException e) when (e.StatusCode != StatusCode.Unavailable)
        {
            var reason = Line.Of(e.Status.Detail);
            logger.StreamRefused(context.Peer, reason);
            throw;
        }
    }

    private (XdsNode Node, string Group, GroupSnapshots Source) Admit(Node? message, ServerCallContext context)
    {
        if (admission.Admit(message, context, out var group, out var refusal) is not { } node)
        {
            throw new RpcException(refusal);
        }

        return cache.Find(group!) is { Current: not null } source
            ? (node, group!, source)
            : throw new RpcException(new Grpc.Status(
                StatusCode.Unavailable, $"there is no configuration for node '{node.Id}' yet"));
    }
}
