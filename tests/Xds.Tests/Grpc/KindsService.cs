using System.Globalization;
using System.Text;
using Jumpgate.Grpc;
using Message = System.ReadOnlyMemory<byte>;

namespace Jumpgate.Xds.Tests.Grpc;

/// <summary>All four kinds of calls, and all the ways in which they end.</summary>
internal sealed class KindsService
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new();

    /// <summary>Completes when a method's token was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Ends methods that listen to nothing else.</summary>
    public void Release() => _release.TrySetResult();

    public GrpcService Create()
    {
        var bytes = Marshallers.Bytes;
        return new GrpcService("jumpgate.test.Kinds")
            .Unary("Unary", bytes, bytes, (request, _) => Task.FromResult(request))
            .ServerStreaming("Server", bytes, bytes, ServerAsync)
            .ClientStreaming("Client", bytes, bytes, ClientAsync)
            .DuplexStreaming("Duplex", bytes, bytes, DuplexAsync)
            .Unary("Metadata", bytes, bytes, (_, context) => Task.FromResult(Metadata(context)))
            .Unary("Hang", bytes, bytes, HangAsync)
            .Unary<Message, Message>("HangDeaf", bytes, bytes, async (request, _) =>
            {
                await _release.Task;
                return request;
            })
            .Unary<Message, Message>("Error", bytes, bytes, (_, _) => throw Failure())
            .ServerStreaming<Message, Message>("LateError", bytes, bytes, async (_, writer, _) =>
            {
                await writer.WriteAsync(Text("one"));
                throw Failure();
            })
            .Unary<Message, Message>("Crash", bytes, bytes, (_, _) => throw new InvalidOperationException("a secret"));
    }

    private static RpcException Failure() =>
        new(new Jumpgate.Grpc.Status(StatusCode.FailedPrecondition, "50 % of the förce\n"));

    private static Message Text(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task ServerAsync(
        Message request, IServerStreamWriter<Message> writer, ServerCallContext context)
    {
        for (var i = 0; i < int.Parse(request.Span, CultureInfo.InvariantCulture); i++)
        {
            await writer.WriteAsync(Text($"{i}"));
        }
    }

    private static async Task<Message> ClientAsync(IAsyncStreamReader<Message> reader, ServerCallContext context)
    {
        var all = new StringBuilder();
        while (await reader.MoveNext(context.CancellationToken))
        {
            all.Append(Encoding.UTF8.GetString(reader.Current.Span));
        }

        return Text(all.ToString());
    }

    private async Task DuplexAsync(
        IAsyncStreamReader<Message> reader, IServerStreamWriter<Message> writer, ServerCallContext context)
    {
        using var registration = context.CancellationToken.Register(() => _cancelled.TrySetResult());
        while (await reader.MoveNext(context.CancellationToken))
        {
            await writer.WriteAsync(reader.Current, context.CancellationToken);
        }

        // The client has closed its half; ours goes on.
        await writer.WriteAsync(Text("end"), context.CancellationToken);
    }

    private static Message Metadata(ServerCallContext context)
    {
        var bytes = context.RequestHeaders.Last(e => e.Key == "x-bytes-bin").ValueBytes;
        context.ResponseTrailers.Add("x-back", context.RequestHeaders.GetValue("x-text")!);
        context.ResponseTrailers.Add("x-back-bin", bytes);
        return Text(context.Deadline is null ? "no deadline" : "deadline");
    }

    private async Task<Message> HangAsync(Message request, ServerCallContext context)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
        finally
        {
            _cancelled.TrySetResult();
        }

        return request;
    }
}
