using System.Collections.Immutable;
using System.Net;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
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
        var request = _context.Request;
        var raw = _context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var authority = request.Headers.Host.ToString();
        _report.Authority = authority;
        _report.Target = raw;
        if (authority.Length == 0)
        {
            return RejectAsync(StatusCodes.Status400BadRequest, "neither :authority nor Host is given");
        }

        if (FieldRules.FindForbidden(request.Headers) is { } forbidden)
        {
            return RejectAsync(StatusCodes.Status400BadRequest, forbidden);
        }

        var policy = _connection.Policy.Current;
        _report.Revision = policy.Revision;

        // An extended CONNECT (RFC 8441) has a path, and is judged as the path's request with method CONNECT.
        var extended = _context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect ?? false;
        var form = extended ? HttpMethods.Get : request.Method;
        switch (RequestTarget.Normalize(form, raw, authority, out var target, out var reason))
        {
            case RequestTargetStatus.Bad:
                return RejectAsync(StatusCodes.Status400BadRequest, reason ?? "the request target is malformed");
            case RequestTargetStatus.Redirect:
                return RedirectAsync(target!);
        }

        _report.Target = target!;
        if (policy.HasHttpRules)
        {
            _report.Decision = policy.Decide(
                new HttpRequestView(request.Method, target, authority, new Http2RequestHeaders(request.Headers)));
        }

        if (_report.Decision.Verdict == HttpVerdict.Denied)
        {
            return DenyAsync();
        }

        return Unforwardable(request.Method, target!) is { } why
            ? RejectAsync(StatusCodes.Status501NotImplemented, why)
            : ForwardAsync(forwarder, target!);
    }

    /// <summary>
    /// Allowed requests that .NET's client cannot send as they are. Sending something else would not be what was
    /// judged.
    /// </summary>
    private static string? Unforwardable(string method, string target)
    {
        if (HttpMethods.IsConnect(method))
        {
            return "CONNECT is not forwarded over HTTP/2; use HTTP/1.1";
        }

        if (target == "*")
        {
            return "OPTIONS * is not forwarded over HTTP/2; use HTTP/1.1";
        }

        return HttpMethods.GetCanonicalizedValue(method) != method
            ? "a standard method in other than capital letters is not forwarded over HTTP/2"
            : null;
    }

    private Task RejectAsync(int status, string reason)
    {
        _report.Outcome = RequestOutcome.Rejected;
        _report.Reason = reason;
        return LocalReply.TextAsync(_context.Response, status, $"{reason}\n");
    }

    private Task RedirectAsync(string location)
    {
        _report.Outcome = RequestOutcome.Rejected;
        _report.Reason = "escaped slash in the path";
        return _isGrpc ? RefuseGrpcAsync() : LocalReply.RedirectAsync(_context.Response, location);
    }

    private Task DenyAsync()
    {
        _report.Outcome = RequestOutcome.Denied;
        return _isGrpc
            ? RefuseGrpcAsync()
            : LocalReply.TextAsync(_context.Response, StatusCodes.Status403Forbidden, _options.DeniedBody);
    }

    private Task RefuseGrpcAsync()
    {
        _report.GrpcStatus = (int)GrpcStatusCode.PermissionDenied;
        return LocalReply.GrpcAsync(_context.Response, GrpcStatusCode.PermissionDenied, "Access denied");
    }

    private async Task ForwardAsync(IHttpForwarder forwarder, string target)
    {
        var reset = _context.Features.GetRequiredFeature<IHttpResetFeature>();
        var recorder = new ResetRecorder();
        _context.Features.Set<IHttpResetFeature>(recorder);

        // YARP flushes what a client sends, and ends a response before the request's end, only for what looks like
        // gRPC. Every HTTP/2 exchange may be a conversation, so every request looks like that to YARP; the transformer
        // puts the true type back before headers are copied.
        _context.Request.ContentType = GrpcContentType;
        var transformer = new ExactTransformer(target, _contentType, _report.Decision.Mutations);
        var error = await forwarder.SendAsync(
            _context, ExactTransformer.Origin, _upstream.Client, Config, transformer, CancellationToken.None);
        _context.Features.Set(reset);
        _report.GrpcStatus = transformer.GrpcStatus;
        if (transformer.Refusal is { } refusal)
        {
            await RejectAsync(StatusCodes.Status400BadRequest, refusal);
        }
        else if (error is ForwarderError.None || (_context.Response.HasStarted && !recorder.Asked))
        {
            // A server may answer and end the stream before it has read all of the request (RFC 9113 section 8.1).
            _report.Outcome =
                _report.Decision.Verdict == HttpVerdict.Audit ? RequestOutcome.Audit : RequestOutcome.Forwarded;
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
