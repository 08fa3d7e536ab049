using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace Jumpgate.Grpc.Reflection;

/// <summary>Server reflection: tells tools such as grpcurl what is here. v1 and v1alpha.</summary>
public sealed class ReflectionService
{
    private readonly string[] _names;
    private readonly FrozenDictionary<string, FileDescriptor> _byFile;
    private readonly FrozenDictionary<string, FileDescriptor> _bySymbol;

    /// <param name="services">What is told; services without a declaration are listed only.</param>
    /// <param name="more">Files whose types travel in <c>Any</c>.</param>
    public ReflectionService(IEnumerable<GrpcService> services, params IEnumerable<FileDescriptor> more)
    {
        var all = services.ToList();
        _names = [.. all.Select(s => s.Name).Append("grpc.reflection.v1.ServerReflection")
            .Order(StringComparer.Ordinal)];
        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (var file in all.Select(s => s.File).OfType<FileDescriptor>().Concat(more)
            .Append(ReflectionV1Reflection.Descriptor))
        {
            Collect(file, files);
        }

        _byFile = files.ToFrozenDictionary(StringComparer.Ordinal);
        _bySymbol = files.Values.SelectMany(SymbolsOf).DistinctBy(s => s.Symbol)
            .ToFrozenDictionary(s => s.Symbol, s => s.File);
    }

    public IEnumerable<GrpcService> Create()
    {
        foreach (var version in new[] { "v1", "v1alpha" })
        {
            yield return new GrpcService($"grpc.reflection.{version}.ServerReflection").DuplexStreaming(
                "ServerReflectionInfo", Marshallers.Protobuf(ServerReflectionRequest.Parser),
                Marshallers.Protobuf(ServerReflectionResponse.Parser), RunAsync);
        }
    }

    private async Task RunAsync(
        IAsyncStreamReader<ServerReflectionRequest> reader, IServerStreamWriter<ServerReflectionResponse> writer,
        ServerCallContext context)
    {
        while (await reader.MoveNext(context.CancellationToken))
        {
            var response = Answer(reader.Current);
            response.ValidHost = reader.Current.Host;
            response.OriginalRequest = reader.Current;
            await writer.WriteAsync(response, context.CancellationToken);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => new ServerReflectionResponse
        {
            ListServicesResponse =
                new ListServiceResponse { Service = { _names.Select(n => new ServiceResponse { Name = n }) } },
        },
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename =>
            File(_byFile.GetValueOrDefault(request.FileByFilename), request.FileByFilename),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
            File(_bySymbol.GetValueOrDefault(request.FileContainingSymbol), request.FileContainingSymbol),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension =>
            Error(StatusCode.NotFound, "extensions are not told"),
        ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType =>
            Error(StatusCode.NotFound, "extensions are not told"),
        _ => Error(StatusCode.InvalidArgument, "the request asks nothing"),
    };

    private static ServerReflectionResponse File(FileDescriptor? file, string name)
    {
        if (file is null)
        {
            return Error(StatusCode.NotFound, $"there is no {name}");
        }

        // With all it imports: a tool then needs one question only.
        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        Collect(file, files);
        return new ServerReflectionResponse
        {
            FileDescriptorResponse = new FileDescriptorResponse
            {
                FileDescriptorProto = { files.Values.OrderBy(f => f != file).Select(f => f.SerializedData) },
            },
        };
    }

    private static ServerReflectionResponse Error(StatusCode code, string message) => new()
    {
        ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message },
    };

    private static void Collect(FileDescriptor file, Dictionary<string, FileDescriptor> files)
    {
        if (files.TryAdd(file.Name, file))
        {
            foreach (var import in file.Dependencies)
            {
                Collect(import, files);
            }
        }
    }

    private static IEnumerable<(string Symbol, FileDescriptor File)> SymbolsOf(FileDescriptor file) =>
        file.Services.SelectMany(s => s.Methods.Select(m => m.FullName).Append(s.FullName))
            .Concat(file.MessageTypes.SelectMany(Nested))
            .Concat(file.EnumTypes.Select(e => e.FullName))
            .Select(symbol => (symbol, file));

    private static IEnumerable<string> Nested(MessageDescriptor message) => message.NestedTypes.SelectMany(Nested)
        .Concat(message.EnumTypes.Select(e => e.FullName)).Append(message.FullName);
}
