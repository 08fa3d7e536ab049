using Jumpgate.Grpc;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Status;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Xds.Streams;

/// <summary>
/// One open stream: requests change its state as they come, and responses are made of the newest snapshot when the
/// client can take one. So a slow client holds up nobody, and what it missed meanwhile costs nothing.
/// </summary>
internal sealed class StreamSession<TRequest, TType>(
    IDiscoveryProtocol<TRequest, TType> protocol, string service, string? onlyType, XdsNode node, string group,
    GroupSnapshots source,
    XdsServerOptions options, ILogger logger, string peer) : IStreamStatus
    where TType : TypeState
{
    private readonly Lock _gate = new();
    private readonly DiscoveryStream<TType> _stream = new(protocol.Create, options);
    private readonly Signal _signal = new();
    private readonly DateTimeOffset _connectedAt = options.Time.GetUtcNow();

    public XdsNode Node => node;

    /// <summary>Runs until the client closes its half, or there is nothing more to say.</summary>
    /// <param name="reader">Has read the first request already; it is kept nowhere else.</param>
    /// <exception cref="RpcException">The stream must end with a status.</exception>
    public async Task RunAsync(
        IAsyncStreamReader<TRequest> reader, IServerStreamWriter<EncodedResponse> writer, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.Listen(_signal.Set);
        try
        {
            Accept(reader.Current);
            var reading = ReadAsync(reader, ended.Token);
            var writing = WriteAsync(writer, ended.Token);
            var one = await Task.WhenAny(reading, writing);
            await ended.CancelAsync();
            // Both are over before the call is; the first one's end is the stream's.
            await Task.WhenAll(reading, writing).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await one;
        }
        finally
        {
            source.Leave(_signal.Set);
        }
    }

    public NodeStatus Describe()
    {
        lock (_gate)
        {
            var snapshot = source.Current;
            return new NodeStatus(
                node.Id, node.Cluster, node.UserAgent, group, peer, protocol.Name, service, _connectedAt,
                [.. _stream.Types.Select(t => StatusWriter.Describe(t, snapshot))]);
        }
    }

    public IReadOnlyList<ResourceStatus> DescribeResources()
    {
        lock (_gate)
        {
            var snapshot = source.Current;
            return [.. _stream.Types.SelectMany(t => StatusWriter.DescribeResources(t, snapshot))];
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<TRequest> reader, CancellationToken cancellation)
    {
        while (await reader.MoveNext(cancellation))
        {
            Accept(reader.Current);
        }
    }

    private void Accept(TRequest request)
    {
        var url = protocol.TypeUrlOf(request);
        if (onlyType is not null && url.Length > 0 && url != onlyType)
        {
            throw Invalid($"type_url is '{url}': this service is for {onlyType}");
        }

        if ((onlyType ?? url).Length == 0)
        {
            throw Invalid("type_url is empty");
        }

        Rejection? refused = null;
        lock (_gate)
        {
            if (!_stream.TryGet(onlyType ?? url, out var type))
            {
                throw TooMuch($"more than {options.MaxTypesPerStream} resource types on one stream");
            }

            var before = type.Rejections;
            protocol.Accept(type, request);
            Check(type.Held);

            refused = type.Rejections > before ? type.LastRejection : null;
        }

        if (refused is not null)
        {
            logger.Refused(node.Id, XdsType.Of(onlyType ?? url).ShortName, refused.Version, Line.Of(refused.Message));
        }

        _signal.Set();
    }

    private void Check(Amount added)
    {
        var held = _stream.Held;
        if (added.Names > 0 && held.Names > options.MaxNamesPerStream)
        {
            throw TooMuch($"more than {options.MaxNamesPerStream} names on one stream");
        }

        if (added.Names > 0 && held.Characters > options.MaxNameCharactersPerStream)
        {
            throw TooMuch($"names of more than {options.MaxNameCharactersPerStream} characters on one stream");
        }
    }

    private async Task WriteAsync(IServerStreamWriter<EncodedResponse> writer, CancellationToken cancellation)
    {
        while (true)
        {
            if (Next(out var wait) is { } response)
            {
                await writer.WriteAsync(response, cancellation);
            }
            else
            {
                await _signal.WaitAsync(wait, options.Time, cancellation);
            }
        }
    }

    private EncodedResponse? Next(out TimeSpan? wait)
    {
        // No configuration is not an empty one: the client keeps what it has, and comes back.
        var snapshot = source.Current
            ?? throw new RpcException(
                new Grpc.Status(StatusCode.Unavailable, $"the configuration of '{group}' was withdrawn"));
        lock (_gate)
        {
            return _stream.TryTake(snapshot, out var type, out var content, out wait)
                ? protocol.Encode(type.Type.Url, content, type.Nonce!) : null;
        }
    }

    private static RpcException Invalid(string detail) => new(new Grpc.Status(StatusCode.InvalidArgument, detail));

    private static RpcException TooMuch(string detail) => new(new Grpc.Status(StatusCode.ResourceExhausted, detail));
}
