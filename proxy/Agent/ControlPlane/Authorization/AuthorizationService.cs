using Envoy.Service.Auth.V3;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Grpc;
using Jumpgate.Http;
using Jumpgate.Http.Observation;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Streams;
using Status = Jumpgate.Grpc.Status;

namespace Jumpgate.Agent.ControlPlane.Authorization;

/// <summary>
/// <c>envoy.service.auth.v3.Authorization</c>: Envoy asks about each request, and the agent's rules answer. An error is
/// no answer: Envoy denies then, unless its filter says <c>failure_mode_allow</c>.
/// </summary>
internal sealed class AuthorizationService(
    NodeAdmission admission, SnapshotStore store, FlowLog log, FlowRecords records, EnvoyMetrics metrics,
    HttpFilterOptions options, TimeProvider time)
{
    public GrpcService Create() =>
        new GrpcService("envoy.service.auth.v3.Authorization", ExternalAuthReflection.Descriptor)
        .Unary("Check", CheckRequest.Parser, CheckResponse.Parser, (request, context) =>
            Task.FromResult(Check(request, context)));

    private CheckResponse Check(CheckRequest request, ServerCallContext context)
    {
        if (!admission.MayAsk(context, out var node))
        {
            metrics.Checked("refused", null);
            throw new RpcException(new Status(
                StatusCode.PermissionDenied, "the client's certificate does not name a node of this server"));
        }

        if (store.IsEmpty)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "no policy is in force yet"));
        }

        var verdict = CheckJudge.Judge(request.Attributes, store.Current);
        metrics.Checked(verdict.Outcome switch
        {
            RequestOutcome.Forwarded => "allowed",
            RequestOutcome.Audit => "audit",
            RequestOutcome.Denied => "denied",
            _ => "rejected",
        }, verdict.Rule);
        if (verdict.Flow is { } flow && (verdict.Outcome != RequestOutcome.Forwarded || log.IsFollowed))
        {
            log.Add(Record(request.Attributes.Request?.Http, verdict, flow, node));
        }

        return CheckAnswer.Of(verdict, options);
    }

    private FlowRecord Record(
        AttributeContext.Types.HttpRequest? http, CheckVerdict verdict, FlowMetadata flow, string? node)
    {
        var asked = $"asked by {(node is null ? "Envoy" : Line.Of(node))}";
        var record = records.From(new HttpRequestRecord
        {
            Time = time.GetUtcNow(),
            Flow = flow,
            Outcome = verdict.Outcome,
            Protocol = Text.Short(http?.Protocol, 16),
            Method = Text.Short(http?.Method, 32),
            Target = Text.Short(verdict.Target, Text.MaxTarget),
            Authority = Text.Short(http?.Host, Text.MaxName),
            Status = verdict.Status,
            GrpcStatus = verdict is { IsAllowed: false, IsGrpc: true } ? (int)StatusCode.PermissionDenied : null,
            Duration = TimeSpan.Zero,
            PolicyRevision = verdict.Revision,
            Rule = verdict.Rule,
            Reason = verdict.Reason is { } reason ? $"{reason}; {asked}" : asked,
            HeaderMismatches = verdict.Decision.Mismatches,
        });
        return http is null ? record with { L7 = null } : record;
    }
}
