using System.Buffers;
using Envoy.Service.Auth.V3;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using HttpRequest = Envoy.Service.Auth.V3.AttributeContext.Types.HttpRequest;

namespace Jumpgate.Agent.ControlPlane.Authorization;

/// <summary>
/// What the proxy would do with a request that Envoy describes: the same addresses' identities, the same normalisation,
/// the same rules. What it cannot know is a no.
/// </summary>
internal static class CheckJudge
{
    private const int Forbidden = 403;
    private const int BadRequest = 400;
    private const int TemporaryRedirect = 307;

    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static CheckVerdict Judge(AttributeContext? attributes, PolicySnapshot snapshot)
    {
        var http = attributes?.Request?.Http;
        if (!EnvoyAddress.TryRead(attributes?.Source?.Address, out var source, out _))
        {
            return Refuse("the source's address is missing, or is not one in numbers", http);
        }

        if (!EnvoyAddress.TryRead(attributes?.Destination?.Address, out var destination, out var protocol))
        {
            return Refuse("the destination's address is missing, or is not one in numbers", http);
        }

        var from = snapshot.Lookup(source.Address);
        var to = snapshot.Lookup(destination.Address);
        var policy = snapshot.Resolve(from.Group, to.Group, protocol, (ushort)destination.Port);
        var flow = new FlowMetadata
        {
            Source = source,
            OriginalDestination = destination,
            SourceIdentity = from.Identity,
            DestinationIdentity = to.Identity,
            SourceGroup = from.Group,
            DestinationGroup = to.Group,
        };
        var verdict = from.Workload is null && to.Workload is null
            ? Refuse("neither the source nor the destination is a workload of this agent", http)
            : policy.Egress.IsDrop ? Drop("egress", policy.Egress, http)
            : policy.Ingress.IsDrop ? Drop("ingress", policy.Ingress, http)
            : !policy.HasL7Rules ? Pass(policy, http)
            : http is null ? Refuse(
                "L7 rules decide on this port: ask about its requests, with the HTTP filter", null)
            : JudgeRequest(http, policy);
        return verdict with { Flow = flow, Revision = policy.Revision };
    }

    private static CheckVerdict JudgeRequest(HttpRequest request, ConnectionPolicy policy)
    {
        if (CheckHeaders.TryRead(request, out var contradiction) is not { } headers)
        {
            return Reject(request, BadRequest, contradiction!);
        }

        if (FindMalformed(request) is { } malformed)
        {
            return Reject(request, BadRequest, malformed);
        }

        // A plain CONNECT has no path to Envoy: its target is its authority. An extended one (RFC 8441) is judged as
        // the path's request with method CONNECT, as in the proxy.
        var isTunnel = request.Method == "CONNECT" && request.Path.Length == 0;
        var raw = isTunnel ? request.Host : request.Path;
        var form = request.Method == "CONNECT" && !isTunnel ? "GET" : request.Method;
        switch (RequestTarget.Normalize(form, raw, request.Host, out var target, out var reason))
        {
            case RequestTargetStatus.Bad:
                return Reject(request, BadRequest, reason ?? "the request target is malformed");
            case RequestTargetStatus.Redirect:
                return Reject(request, TemporaryRedirect, "escaped slash in the path") with { Location = target };
        }

        var decision = policy.Decide(new HttpRequestView(request.Method, target, request.Host, headers));
        var verdict = new CheckVerdict
        {
            Outcome = decision.Verdict switch
            {
                HttpVerdict.Denied => RequestOutcome.Denied,
                HttpVerdict.Audit => RequestOutcome.Audit,
                _ => RequestOutcome.Forwarded,
            },
            Decision = decision,
            Rule = decision.Rule,
            Target = target!,
            IsGrpc = IsGrpc(headers),
        };
        if (decision.Verdict == HttpVerdict.Denied)
        {
            return verdict with { Status = Forbidden };
        }

        // Envoy forwards what it has, not what was judged: where these differ the client is to ask for the latter.
        if (!isTunnel && target != raw)
        {
            return Reject(request, TemporaryRedirect, "the path is not in its canonical form: normalise in Envoy") with
            {
                Location = target,
            };
        }

        return HeaderChanges.TryMake(decision.Mutations, headers, out var changes, out var unsayable)
            ? verdict with { Changes = changes }
            : Reject(request, Forbidden, unsayable!);
    }

    private static string? FindMalformed(HttpRequest request) =>
        request.Method.Length == 0 || request.Method.AsSpan().ContainsAnyExcept(Token) ? "the method is not a token"
            : request.Host.Length == 0 ? "neither :authority nor Host is given"
            : request.Host.AsSpan().ContainsAnyExceptInRange('!', '~') ? "the host holds a byte outside 0x21-0x7e"
            : null;

    /// <summary>
    /// As the proxy tells gRPC from what only resembles it (grpc-web is plain HTTP with its own errors).
    /// </summary>
    private static bool IsGrpc(CheckHeaders headers)
    {
        const string Grpc = "application/grpc";
        return headers.Find("content-type") is { } type && type.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase)
            && (type.Length == Grpc.Length || type[Grpc.Length] is '+' or ';' or ' ');
    }

    private static CheckVerdict Pass(ConnectionPolicy policy, HttpRequest? request)
    {
        var audit = policy.Egress.Audit ? policy.Egress : policy.Ingress.Audit ? policy.Ingress : null;
        return new CheckVerdict
        {
            Outcome = audit is null ? RequestOutcome.Forwarded : RequestOutcome.Audit,
            Rule = audit is null ? policy.Ingress.Rule ?? policy.Egress.Rule : audit.AuditRule ?? audit.DefaultDenyBy,
            Target = request?.Path ?? string.Empty,
            Changes = HeaderChanges.None,
        };
    }

    private static CheckVerdict Drop(string direction, L4Decision decision, HttpRequest? request) =>
        Refuse($"{direction} is denied at L3/L4", request) with
        {
            Outcome = RequestOutcome.Denied,
            Rule = decision.Rule ?? decision.DefaultDenyBy,
        };

    private static CheckVerdict Refuse(string reason, HttpRequest? request) =>
        Reject(request, Forbidden, reason);

    private static CheckVerdict Reject(HttpRequest? request, int status, string reason) => new()
    {
        Outcome = RequestOutcome.Rejected,
        Status = status,
        Reason = reason,
        Target = request?.Path ?? string.Empty,
        IsGrpc = request is not null && CheckHeaders.TryRead(request, out _) is { } headers && IsGrpc(headers),
    };
}
