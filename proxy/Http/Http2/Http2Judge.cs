using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Http2;

/// <summary>Judges a request that Kestrel has read: for the exchange that acts on it, and for explain.</summary>
internal static class Http2Judge
{
    public static Http2Judgement Judge(HttpContext context, IRequestPolicy policy)
    {
        var request = context.Request;
        var raw = RawTarget(context);
        var authority = request.Headers.Host.ToString();
        if (authority.Length == 0)
        {
            return Http2Judgement.Reject(
                raw, StatusCodes.Status400BadRequest, "neither :authority nor Host is given");
        }

        if (FieldRules.FindForbidden(request.Headers) is { } forbidden)
        {
            return Http2Judgement.Reject(raw, StatusCodes.Status400BadRequest, forbidden);
        }

        // An extended CONNECT (RFC 8441) has a path, and is judged as the path's request with method CONNECT.
        var extended = context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect ?? false;
        var form = extended ? HttpMethods.Get : request.Method;
        return RequestTarget.Normalize(form, raw, authority, out var target, out var reason) switch
        {
            RequestTargetStatus.Bad => Http2Judgement.Reject(
                raw, StatusCodes.Status400BadRequest, reason ?? "the request target is malformed"),
            RequestTargetStatus.Redirect => Redirect(raw, target!, LocalReply.IsGrpc(request.ContentType)),
            _ => Decide(request, target!, authority, policy),
        };
    }

    /// <summary>As it was sent; for a plain CONNECT, the authority.</summary>
    public static string RawTarget(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>
    /// Of an allowed request that turned out not to be sendable as it was judged (<see cref="ExactTransformer"/>).
    /// </summary>
    public static Http2Judgement Unsendable(Http2Judgement allowed, string refusal) =>
        allowed with
        {
            Outcome = RequestOutcome.Rejected,
            Status = StatusCodes.Status400BadRequest,
            Reason = refusal,
        };

    private static Http2Judgement Decide(
        HttpRequest request, string target, string authority, IRequestPolicy policy)
    {
        var decision = policy.HasHttpRules
            ? policy.Decide(new HttpRequestView(
                request.Method, target, authority, new Http2RequestHeaders(request.Headers)))
            : Http2Judgement.Undecided;
        if (decision.Verdict == HttpVerdict.Denied)
        {
            var denied = new Http2Judgement
            {
                Outcome = RequestOutcome.Denied,
                Target = target,
                Decision = decision,
                Status = StatusCodes.Status403Forbidden,
            };
            return LocalReply.IsGrpc(request.ContentType) ? ByGrpc(denied) : denied;
        }

        return Unforwardable(request.Method, target) is { } why
            ? Http2Judgement.Reject(target, StatusCodes.Status501NotImplemented, why) with { Decision = decision }
            : new Http2Judgement
            {
                Outcome = decision.Verdict == HttpVerdict.Audit ? RequestOutcome.Audit : RequestOutcome.Forwarded,
                Target = target,
                Decision = decision,
            };
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

    private static Http2Judgement Redirect(string raw, string location, bool isGrpc)
    {
        const string Reason = "escaped slash in the path";
        var redirected = Http2Judgement.Reject(raw, StatusCodes.Status307TemporaryRedirect, Reason);
        return isGrpc ? ByGrpc(redirected) : redirected with { Location = location };
    }

    private static Http2Judgement ByGrpc(Http2Judgement judgement) => judgement with
    {
        Status = StatusCodes.Status200OK,
        GrpcStatus = (int)GrpcStatusCode.PermissionDenied,
    };
}
