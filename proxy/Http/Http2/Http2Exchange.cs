using System.Collections.Immutable;
using System.Globalization;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>One HTTP/2 request: judged, then answered here or forwarded. Tells the observer exactly once.</summary>
internal sealed class Http2Exchange(IHttpForwarder forwarder, HttpFilterOptions options, TimeProvider time)
{
    private const int PermissionDenied = 7;
    private const int Unavailable = 14;

    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromDays(1),
        Version = System.Net.HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,
    };

    public async Task ServeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var connection = context.Features.GetRequiredFeature<ProxiedConnection>();
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var authority = context.Request.Host.Value ?? string.Empty;
        var result = await JudgeAsync(context, connection, raw, authority);
        var duration = time.GetElapsedTime(started);
        var status = context.Response.HasStarted || result.Outcome != RequestOutcome.Error ? context.Response.StatusCode : 0;
        connection.Observer.Count(new RequestCount(result.Outcome, "HTTP/2", result.Decision.Rule, status, duration));
        if (connection.Observer.Wants(result.Outcome))
        {
            connection.Observer.Record(new HttpRequestRecord
            {
                Time = time.GetUtcNow() - duration,
                Flow = connection.Flow,
                Outcome = result.Outcome,
                Protocol = "HTTP/2",
                Method = context.Request.Method,
                Target = result.Target,
                Authority = authority,
                Status = status,
                GrpcStatus = GrpcStatusOf(context, result),
                Duration = duration,
                PolicyRevision = result.Revision,
                Rule = result.Decision.Rule,
                Reason = result.Reason,
                HeaderMismatches = result.Decision.Mismatches,
            });
        }
    }

    private static bool IsGrpc(HttpContext context) =>
        context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false;

    private async Task<Result> JudgeAsync(HttpContext context, ProxiedConnection connection, string raw, string authority)
    {
        var allowed = new HttpDecision(HttpVerdict.Allowed, null, ImmutableArray<HeaderMutation>.Empty, ImmutableArray<string>.Empty);
        var method = context.Request.Method;
        if (authority.Length == 0 || authority.AsSpan().ContainsAnyExceptInRange('!', '~')
            || context.Request.Headers.Host.Count > 1)
        {
            await AnswerAsync(context, StatusCodes.Status400BadRequest, "no authority\n", PermissionDenied);
            return new Result(RequestOutcome.Rejected, raw, 0, allowed, "no authority");
        }

        var status = RequestTarget.Normalize(method, raw, authority, out var target, out var reason);
        if (status == RequestTargetStatus.Bad)
        {
            await AnswerAsync(context, StatusCodes.Status400BadRequest, $"{reason}\n", PermissionDenied);
            return new Result(RequestOutcome.Rejected, raw, 0, allowed, reason);
        }

        if (status == RequestTargetStatus.Redirect)
        {
            context.Response.Headers.Location = IsGrpc(context) ? default : target;
            await AnswerAsync(context, StatusCodes.Status307TemporaryRedirect, string.Empty, PermissionDenied);
            return new Result(RequestOutcome.Rejected, raw, 0, allowed, "escaped slash in the path");
        }

        // Read once: this request is judged by what was read, whatever is published meanwhile.
        var policy = connection.Policy.Current;
        var decision = policy.HasHttpRules
            ? policy.Decide(new HttpRequestView(method, target, authority, new Http2RequestHeaders(context.Request.Headers)))
            : allowed;
        if (decision.Verdict == HttpVerdict.Denied)
        {
            await AnswerAsync(context, StatusCodes.Status403Forbidden, options.DeniedBody, PermissionDenied);
            return new Result(RequestOutcome.Denied, target!, policy.Revision, decision, null);
        }

        if (method == "CONNECT")
        {
            await AnswerAsync(context, StatusCodes.Status501NotImplemented, "CONNECT over HTTP/2 is not supported\n", PermissionDenied);
            return new Result(RequestOutcome.Error, target!, policy.Revision, decision, "CONNECT over HTTP/2");
        }

        return await ForwardAsync(context, target!, authority, policy.Revision, decision);
    }

    private async Task<Result> ForwardAsync(
        HttpContext context, string target, string authority, ulong revision, HttpDecision decision)
    {
        var upstream = context.Features.GetRequiredFeature<Http2Upstream>();
        var error = await forwarder.SendAsync(
            context, upstream.Prefix, upstream.Invoker, Config, new JudgedTransformer(target, authority, decision));
        if (error == ForwarderError.None)
        {
            var outcome = decision.Verdict == HttpVerdict.Audit ? RequestOutcome.Audit : RequestOutcome.Forwarded;
            return new Result(outcome, target, revision, decision, null);
        }

        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await AnswerAsync(context, StatusCodes.Status502BadGateway, "the server could not be reached\n", Unavailable);
        }

        return new Result(RequestOutcome.Error, target, revision, decision, error.ToString());
    }

    /// <summary>In gRPC's way where the request is gRPC: trailers only, HTTP 200 (gRPC over HTTP/2, Responses).</summary>
    private static async Task AnswerAsync(HttpContext context, int status, string body, int grpcStatus)
    {
        if (IsGrpc(context))
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = grpcStatus.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["grpc-message"] = grpcStatus == PermissionDenied ? "Access denied" : body.Trim();
            return;
        }

        context.Response.StatusCode = status;
        if (body.Length > 0)
        {
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await context.Response.WriteAsync(body, context.RequestAborted);
            }
        }
    }

    private static int? GrpcStatusOf(HttpContext context, Result result)
    {
        if (!IsGrpc(context))
        {
            return null;
        }

        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var text = context.Response.Headers["grpc-status"].FirstOrDefault()
            ?? (trailers is not null && trailers.TryGetValue("grpc-status", out var values) ? values.FirstOrDefault() : null);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status
            : result.Outcome == RequestOutcome.Denied ? PermissionDenied : null;
    }

    private sealed record Result(
        RequestOutcome Outcome, string Target, ulong Revision, HttpDecision Decision, string? Reason);
}
