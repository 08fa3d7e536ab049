using Envoy.Admin.V3;
using Envoy.Service.Status.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Grpc;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Status;
using Jumpgate.Xds.Streams;

namespace Jumpgate.Xds.Services;

/// <summary>
/// Client status discovery (CSDS): what each connected node has and what it refused. Where nodes are told apart by
/// certificates, one sees itself only; secrets' contents are shown to nobody.
/// </summary>
internal sealed class ClientStatusService(StreamRegistry streams, XdsServerOptions options)
{
    public GrpcService Create() =>
        new GrpcService("envoy.service.status.v3.ClientStatusDiscoveryService", CsdsReflection.Descriptor)
        .Unary("FetchClientStatus", ClientStatusRequest.Parser, ClientStatusResponse.Parser,
            (request, context) => Task.FromResult(Answer(request, context)))
        .DuplexStreaming(
            "StreamClientStatus", Marshallers.Protobuf(ClientStatusRequest.Parser),
            Marshallers.Protobuf(ClientStatusResponse.Parser), RunAsync);

    private async Task RunAsync(
        IAsyncStreamReader<ClientStatusRequest> reader, IServerStreamWriter<ClientStatusResponse> writer,
        ServerCallContext context)
    {
        while (await reader.MoveNext(context.CancellationToken))
        {
            await writer.WriteAsync(Answer(reader.Current, context), context.CancellationToken);
        }
    }

    private ClientStatusResponse Answer(ClientStatusRequest request, ServerCallContext context)
    {
        if (!NodeMatch.TryCreate(request.NodeMatchers, out var match, out var unsupported))
        {
            throw new RpcException(new Grpc.Status(StatusCode.InvalidArgument, unsupported));
        }

        var certificate = options.Tls?.ClientCaFile is null
            ? null : context.GetHttpContext().Connection.ClientCertificate;
        var response = new ClientStatusResponse();
        foreach (var node in streams.Streams.Where(s => match(s.Node.Id)).GroupBy(s => s.Node.Id).OrderBy(g => g.Key))
        {
            if (options.Tls?.ClientCaFile is not null
                && (certificate is null || !NodeIdentity.MaySpeakAs(certificate, node.Key, options.Tls.TrustDomain)))
            {
                continue;
            }

            response.Config.Add(new ClientConfig
            {
                Node = node.First().Node.Message,
                GenericXdsConfigs =
                {
                    node.SelectMany(s => s.DescribeResources())
                        .Select(r => Describe(r, request.ExcludeResourceContents)),
                },
            });
        }

        return response;
    }

    private static ClientConfig.Types.GenericXdsConfig Describe(ResourceStatus resource, bool excludeContents)
    {
        var config = new ClientConfig.Types.GenericXdsConfig
        {
            TypeUrl = resource.Type.Url,
            Name = resource.Name,
            VersionInfo = resource.Version,
            LastUpdated = resource.SentAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
            ConfigStatus = resource.State switch
            {
                TypeSync.Synced => ConfigStatus.Synced,
                TypeSync.Rejected => ConfigStatus.Error,
                TypeSync.NotSent => ConfigStatus.NotSent,
                _ => ConfigStatus.Stale,
            },
            ClientStatus = resource.State switch
            {
                TypeSync.Synced => ClientResourceStatus.Acked,
                TypeSync.Rejected => ClientResourceStatus.Nacked,
                TypeSync.NotSent => ClientResourceStatus.DoesNotExist,
                _ => ClientResourceStatus.Requested,
            },
        };
        if (!excludeContents && resource is { Resource: { } content, Type.IsSecret: false })
        {
            config.XdsConfig =
                new Any { TypeUrl = content.TypeUrl, Value = UnsafeByteOperations.UnsafeWrap(content.Value) };
        }

        if (resource.Error is { } error)
        {
            config.ErrorState = new UpdateFailureState
            {
                Details = Line.Of(error.Message),
                VersionInfo = error.Version,
                LastUpdateAttempt = Timestamp.FromDateTimeOffset(error.At),
            };
        }

        return config;
    }
}
