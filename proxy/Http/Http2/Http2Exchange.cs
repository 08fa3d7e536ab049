using System.Net;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Observation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>
/// One request and its response: judged, then answered here or forwarded. Tells the observer exactly once.
/// </summary>
internal sealed class Http2Exchange
{
    private const int InternalError = 2; // RFC 9113 section 7.
    private const string GrpcContentType = "application/grpc";

    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan, // Streams may be silent for as long as their ends agree to be.
        AllowResponseBuffering = false,
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private readonly HttpContext _context;
    private readonly ProxiedConnection _connection;
    private readonly Http2Upstream _upstream;
    private readonly HttpFilterOptions _options;
    private readonly RequestReport _report;
    private readonly string? _contentType;
    private readonly bool _isGrpc;

    public Http2Exchange(HttpContext context, HandedOverConnection on, HttpFilterOptions options, TimeProvider time)
    {
        _context = context;
        _connection = on.Connection;
        _upstream = on.Upstream;
        _options = options;
        _report = new RequestReport(_connection, context.Request.Method, time);
        _contentType = context.Request.ContentType;
        _isGrpc = LocalReply.IsGrpc(_contentType);
    }

    private string Gone =>
        _connection.Aborted.IsCancellationRequested ? "the connection is no longer allowed" : "the client went away";

    public async Task RunAsync(IHttpForwarder forwarder)
    {
        try
        {
            await JudgeAsync(forwarder);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            _report.Fail(Gone);
        }
        catch (Exception e)
        {
            _report.Fail(e.Message);
            throw;
        }
        finally
        {
            _report.Tell(_context.Response);
        }
    }

    private Task JudgeAsync(IHttpForwarder forwarder)
    {
        var policy = _connection.Policy.Current;
        _report.Authority = _context.Request.Headers.Host.ToString();
        _report.Target = Http2Judge.RawTarget(_context); // Stays where judging throws.
        _report.Revision = policy.Revision;
        var judgement = Http2Judge.Judge(_context, policy);
        _report.Target = judgement.Target;
        _report.Decision = judgement.Decision;
        return judgement.IsForwarded ? ForwardAsync(forwarder, judgement) : AnswerAsync(judgement);
    }

    private Task AnswerAsync(Http2Judgement judgement)
    {
        _report.Outcome = judgement.Outcome;
        _report.Reason = judgement.Reason;
        _report.GrpcStatus = judgement.GrpcStatus;
        var response = _context.Response;
        return judgement switch
        {
            { GrpcStatus: { } status } => LocalReply.GrpcAsync(response, (GrpcStatusCode)status, "Access denied"),
            { Location: { } location } => LocalReply.RedirectAsync(response, location),
            { Outcome: RequestOutcome.Denied } => LocalReply.TextAsync(response, judgement.Status, _options.DeniedBody),
            _ => LocalReply.TextAsync(response, judgement.Status, $"{judgement.Reason}\n"),
        };
    }

    private async Task ForwardAsync(IHttpForwarder forwarder, Http2Judgement judgement)
    {
        var reset = _context.Features.GetRequiredFeature<IHttpResetFeature>();
        var recorder = new ResetRecorder();
        _context.Features.Set<IHttpResetFeature>(recorder);

        // YARP flushes what a client sends, and ends a response before the request's end, only for what looks like
        // gRPC. Every HTTP/2 exchange may be a conversation, so every request looks like that to YARP; the transformer
        // puts the true type back before headers are copied.
        _context.Request.ContentType = GrpcContentType;
        var transformer = new ExactTransformer(judgement.Target, _contentType, judgement.Decision.Mutations);
        var error = await forwarder.SendAsync(
            _context, ExactTransformer.Origin, _upstream.Client, Config, transformer, CancellationToken.None);
        _context.Features.Set(reset);
        _report.GrpcStatus = transformer.GrpcStatus;
        if (transformer.Refusal is { } refusal)
        {
            await AnswerAsync(Http2Judge.Unsendable(judgement, refusal));
        }
        else if (error is ForwarderError.None || (_context.Response.HasStarted && !recorder.Asked))
        {
            // A server may answer and end the stream before it has read all of the request (RFC 9113 section 8.1).
            _report.Outcome = judgement.Outcome;
        }
        else
        {
            await FailAsync(reset, recorder.Asked);
        }
    }

    private async Task FailAsync(IHttpResetFeature reset, bool begun)
    {
        var cause = _context.Features.Get<IForwarderErrorFeature>()?.Exception;
        if (_connection.Aborted.IsCancellationRequested || _context.RequestAborted.IsCancellationRequested)
        {
            _report.Fail(Gone);
            return;
        }

        var failure = UpstreamFailure.From(cause);
        _report.Fail(failure.Reason);
        if (failure.ResetCode is { } code)
        {
            reset.Reset(code);
        }
        else if (_isGrpc)
        {
            _report.GrpcStatus = (int)GrpcStatusCode.Unavailable;
            await (begun
                ? LocalReply.EndGrpcAsync(_context.Response, GrpcStatusCode.Unavailable, failure.Reason)
                : LocalReply.GrpcAsync(_context.Response, GrpcStatusCode.Unavailable, failure.Reason));
        }
        else if (begun)
        {
            reset.Reset(InternalError);
        }
        else
        {
            await LocalReply.TextAsync(_context.Response, failure.Status, $"{failure.Reason}\n");
        }
    }
}
