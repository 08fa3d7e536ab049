using Google.Protobuf;
using Google.Protobuf.Reflection;
using Jumpgate.Grpc.Framing;

namespace Jumpgate.Grpc;

/// <summary>
/// A service: its full name and its methods, which have the shapes that Grpc.AspNetCore's generated base classes give
/// them, so that they can move there unchanged.
/// </summary>
/// <param name="name"><c>package.Service</c>.</param>
/// <param name="file">Where the service is declared, for server reflection; null when there is no declaration.</param>
public sealed class GrpcService(string name, FileDescriptor? file = null)
{
    private readonly List<GrpcMethod> _methods = [];

    public string Name { get; } = name;

    public FileDescriptor? File { get; } = file;

    public IReadOnlyList<GrpcMethod> Methods => _methods;

    public GrpcService Unary<TRequest, TResponse>(
        string method, Marshaller<TRequest> request, Marshaller<TResponse> response,
        Func<TRequest, ServerCallContext, Task<TResponse>> handler) =>
        Add(method, request, response, async (reader, writer, context) =>
            await writer.WriteAsync(await handler(await reader.ReadSingleAsync(), context)));

    public GrpcService ServerStreaming<TRequest, TResponse>(
        string method, Marshaller<TRequest> request, Marshaller<TResponse> response,
        Func<TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler) =>
        Add(method, request, response, async (reader, writer, context) =>
            await handler(await reader.ReadSingleAsync(), writer, context));

    public GrpcService ClientStreaming<TRequest, TResponse>(
        string method, Marshaller<TRequest> request, Marshaller<TResponse> response,
        Func<IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> handler) =>
        Add(method, request, response, async (reader, writer, context) =>
            await writer.WriteAsync(await handler(reader, context)));

    public GrpcService DuplexStreaming<TRequest, TResponse>(
        string method, Marshaller<TRequest> request, Marshaller<TResponse> response,
        Func<IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler) =>
        Add(method, request, response, (reader, writer, context) => handler(reader, writer, context));

    /// <inheritdoc cref="Unary{TRequest,TResponse}(string,Marshaller{TRequest},Marshaller{TResponse},Func{TRequest,ServerCallContext,Task{TResponse}})"/>
    public GrpcService Unary<TRequest, TResponse>(
        string method, MessageParser<TRequest> request, MessageParser<TResponse> response,
        Func<TRequest, ServerCallContext, Task<TResponse>> handler)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> =>
        Unary(method, Marshallers.Protobuf(request), Marshallers.Protobuf(response), handler);

    private GrpcService Add<TRequest, TResponse>(
        string method, Marshaller<TRequest> request, Marshaller<TResponse> response, CallHandler<TRequest,
        TResponse> handler)
    {
        _methods.Add(new GrpcMethod(method, (http, options, logger) =>
            new GrpcCall<TRequest, TResponse>(http, request, response, handler, options, logger).RunAsync()));
        return this;
    }
}
