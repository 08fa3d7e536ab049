using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Jumpgate.Grpc.Framing;

internal delegate Task CallHandler<TRequest, TResponse>(
    MessageReader<TRequest> reader, MessageWriter<TResponse> writer, ServerCallContext context);

/// <summary>
/// One call from its headers to its status, which is sent exactly once: by the method's end, or at the deadline.
/// </summary>
internal sealed class GrpcCall<TRequest, TResponse>(
    HttpContext http, Marshaller<TRequest> request, Marshaller<TResponse> response, CallHandler<TRequest,
    TResponse> handler,
    GrpcOptions options, ILogger logger)
{
    public async Task RunAsync()
    {
        if (!CallHeaders.TryRead(http, out var headers, out var refusal))
        {
            await refusal(http.Response);
            return;
        }

        // A stream may be silent for hours: what ends dead ones is HTTP/2's keep-alive.
        http.Features.Get<IHttpMinRequestBodyDataRateFeature>()?.MinDataRate = null;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        var now = options.Time.GetUtcNow();
        using var late = headers.Timeout is { } timeout
            ? new CancellationTokenSource(Bounded(timeout), options.Time) : new CancellationTokenSource();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, late.Token);
        var context = new ServerCallContext(http, headers.Timeout is { } t ? now + Bounded(t) : null, ended.Token);
        var gzip = options.CompressFrom is not null && headers.AcceptsGzip;
        http.Response.ContentType = Answer.ContentType;
        http.Response.Headers["grpc-accept-encoding"] = Compression.Accepted;
        if (gzip)
        {
            http.Response.Headers["grpc-encoding"] = Compression.Gzip;
        }

        var reader = new MessageReader<TRequest>(
            http.Request.BodyReader, request, options.MaxReceiveMessageSize, headers.Encoding, ended.Token);
        using var writer = new MessageWriter<TResponse>(http.Response.BodyWriter, response, options, gzip, ended.Token);
        var running = RunHandlerAsync(reader, writer, context, late.Token);
        if (headers.Timeout is not null && await EndsFirstAsync(running, late.Token))
        {
            // The client hears of it now; a method that does not listen to its token ends by itself.
            await EndAsync(writer, context, new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), null);
            await running;
            return;
        }

        var (status, trailers) = await running;
        await EndAsync(writer, context, status, trailers);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A method's failure is the call's status, whatever it is.")]
    private async Task<(Status Status, Metadata? Trailers)> RunHandlerAsync(
        MessageReader<TRequest> reader, MessageWriter<TResponse> writer, ServerCallContext context,
        CancellationToken late)
    {
        try
        {
            await handler(reader, writer, context);
            return (context.Status, null);
        }
        catch (RpcException e)
        {
            return (e.Status, e.Trailers);
        }
        catch (Exception) when (late.IsCancellationRequested)
        {
            return (new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), null);
        }
        catch (Exception e) when (context.CancellationToken.IsCancellationRequested || e is IOException)
        {
            return (new Status(StatusCode.Cancelled, "the client has gone"), null);
        }
        catch (Exception e)
        {
            logger.MethodFailed(context.Method, e);
            return (new Status(StatusCode.Unknown, "the method failed; the server's log says why"), null);
        }
    }

    private async Task EndAsync(
        MessageWriter<TResponse> writer, ServerCallContext context, Status status, Metadata? trailers)
    {
        await writer.CloseAsync();
        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (writer.IsBroken)
        {
            http.Abort();
            return;
        }

        await Answer.EndAsync(http.Response, status, context.TrailersToSend, trailers);
    }

    private static async Task<bool> EndsFirstAsync(Task running, CancellationToken token)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(ended.SetResult);
        return await Task.WhenAny(running, ended.Task) != running;
    }

    /// <summary>Timers have a limit (49 days), clients' time-outs do not.</summary>
    private static TimeSpan Bounded(TimeSpan timeout) =>
        timeout < TimeSpan.FromDays(40) ? timeout : TimeSpan.FromDays(40);
}
