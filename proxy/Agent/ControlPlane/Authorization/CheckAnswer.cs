using Envoy.Config.Core.V3;
using Envoy.Service.Auth.V3;
using Envoy.Type.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Http;
using Jumpgate.Http.Observation;
using HttpStatusCode = Envoy.Type.V3.StatusCode;
using RpcCode = Jumpgate.Grpc.StatusCode;
using RpcStatus = Google.Rpc.Status;

namespace Jumpgate.Agent.ControlPlane.Authorization;

/// <summary>A verdict in ext_authz's words.</summary>
internal static class CheckAnswer
{
    /// <summary>
    /// What the proxy tells a gRPC client. Envoy makes a trailers-only reply of it, 403 becoming status 7.
    /// </summary>
    private const string GrpcMessage = "Access denied";

    public static CheckResponse Of(CheckVerdict verdict, HttpFilterOptions options)
    {
        var response = verdict.IsAllowed ? Allow(verdict.Changes ?? HeaderChanges.None) : Deny(verdict, options);
        response.DynamicMetadata = Metadata(verdict);
        return response;
    }

    private static CheckResponse Allow(HeaderChanges changes)
    {
        var ok = new OkHttpResponse();
        foreach (var (name, value) in changes.Set)
        {
            ok.Headers.Add(Header(name, value));
        }

        ok.HeadersToRemove.Add(changes.Remove);
        return new CheckResponse { Status = new RpcStatus { Code = (int)RpcCode.OK }, OkResponse = ok };
    }

    private static CheckResponse Deny(CheckVerdict verdict, HttpFilterOptions options)
    {
        // A gRPC client is told one thing only, whatever the reason: status 7.
        var grpc = verdict.IsGrpc && verdict.Status is 403 or 307;
        var denied = new DeniedHttpResponse
        {
            Status = new Envoy.Type.V3.HttpStatus
            {
                Code = grpc
                ? HttpStatusCode.Forbidden : (HttpStatusCode)verdict.Status
            },
        };
        if (grpc)
        {
            // No content type here: Envoy would put it in the place of application/grpc.
            denied.Body = GrpcMessage;
        }
        else if (verdict.Location is { } location)
        {
            denied.Headers.Add(Header("location", location));
        }
        else
        {
            denied.Headers.Add(Header("content-type", "text/plain"));
            denied.Body = verdict.Status == 403 ? options.DeniedBody : $"{verdict.Reason}\n";
        }

        // The reason is for the operator, in Envoy's and our logs; clients do not see it.
        return new CheckResponse
        {
            Status = new RpcStatus
            {
                Code = (int)RpcCode.PermissionDenied,
                Message = verdict.Reason
                ?? "no rule allows it"
            },
            DeniedResponse = denied,
        };
    }

    /// <summary>For Envoy's own logs, and to know again in its access log what was decided here.</summary>
    private static Struct Metadata(CheckVerdict verdict)
    {
        var metadata = new Struct
        {
            Fields =
            {
                ["verdict"] = Value.ForString(verdict.Outcome switch
                {
                    RequestOutcome.Forwarded => "ALLOWED",
                    RequestOutcome.Audit => "AUDIT",
                    _ => "DENIED",
                }),
                ["revision"] = Value.ForNumber(verdict.Revision),
            },
        };
        if (verdict.Rule is { } rule)
        {
            metadata.Fields["rule"] = Value.ForString(rule.ToString());
        }

        return metadata;
    }

    private static HeaderValueOption Header(string name, string value) => new()
    {
        Header = new HeaderValue { Key = name, Value = value },
        AppendAction = HeaderValueOption.Types.HeaderAppendAction.OverwriteIfExistsOrAdd,
    };
}
