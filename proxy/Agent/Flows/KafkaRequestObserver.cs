using Jumpgate.Agent.Telemetry;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Agent.Flows;

/// <summary>Hears of every Kafka request: counts it, and records it where it was denied or somebody follows.</summary>
internal sealed class KafkaRequestObserver(FlowLog log, FlowRecords records, AgentMetrics metrics) : IKafkaObserver
{
    public bool Wants(KafkaOutcome outcome) => outcome != KafkaOutcome.Forwarded || log.IsFollowed;

    public void Count(in KafkaRequestCount count) => metrics.Kafka.Request(count);

    public void Record(KafkaRequestRecord record) => log.Add(records.From(record));
}
