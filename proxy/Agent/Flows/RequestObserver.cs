using Jumpgate.Agent.Telemetry;
using Jumpgate.Http.Observation;

namespace Jumpgate.Agent.Flows;

/// <summary>Hears of every request: counts it, and records it where it was denied or somebody follows.</summary>
internal sealed class RequestObserver(FlowLog log, FlowRecords records, AgentMetrics metrics) : IRequestObserver
{
    public bool Wants(RequestOutcome outcome) => outcome != RequestOutcome.Forwarded || log.IsFollowed;

    public void Count(in RequestCount count) => metrics.Request(count);

    public void Record(HttpRequestRecord record) => log.Add(records.From(record));
}
