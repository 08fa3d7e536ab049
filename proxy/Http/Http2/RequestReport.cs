using Jumpgate.Http.Connections;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Http2;

/// <summary>What becomes known about a request while it lives, told to the observer once.</summary>
internal sealed class RequestReport(ProxiedConnection connection, string method, TimeProvider time)
{
    private const string Protocol = "HTTP/2";

    private readonly long _started = time.GetTimestamp();
    private bool _told;

    public RequestOutcome Outcome { get; set; } = RequestOutcome.Error;

    public HttpDecision Decision { get; set; } = new(HttpVerdict.Allowed, null, [], []);

    public string Target { get; set; } = string.Empty;

    public string Authority { get; set; } = string.Empty;

    public ulong Revision { get; set; }

    public int? GrpcStatus { get; set; }

    public string? Reason { get; set; }

    public void Fail(string reason)
    {
        Outcome = RequestOutcome.Error;
        Reason = reason;
    }

    public void Tell(HttpResponse response)
    {
        if (_told)
        {
            return;
        }

        _told = true;
        var status = response.HasStarted ? response.StatusCode : 0;
        var duration = time.GetElapsedTime(_started);
        connection.Observer.Count(new RequestCount(Outcome, Protocol, Decision.Rule, status, duration));
        if (connection.Observer.Wants(Outcome))
        {
            connection.Observer.Record(new HttpRequestRecord
            {
                Time = time.GetUtcNow() - duration,
                Flow = connection.Flow,
                Outcome = Outcome,
                Protocol = Protocol,
                Method = method,
                Target = Target,
                Authority = Authority,
                Status = status,
                GrpcStatus = GrpcStatus,
                Duration = duration,
                PolicyRevision = Revision,
                Rule = Decision.Rule,
                Reason = Reason,
                HeaderMismatches = Decision.Mismatches.IsDefault ? [] : Decision.Mismatches,
            });
        }
    }
}
