using Jumpgate.Connections;
using Jumpgate.Kafka.Requests;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Kafka.Connections;

/// <summary>Tells the observer of a request, once.</summary>
internal sealed class RequestReport(KafkaConnection connection, TimeProvider time, long started)
{
    public void Finish(KafkaOutcome outcome, RequestHeader? header, Judgement? judgement, string? reason = null)
    {
        var duration = time.GetElapsedTime(started);
        var observer = connection.Observer;
        observer.Count(new KafkaRequestCount(outcome, header?.Api.Api, judgement?.Decision, duration));
        if (!observer.Wants(outcome))
        {
            return;
        }

        observer.Record(new KafkaRequestRecord
        {
            Time = time.GetUtcNow() - duration,
            Source = connection.Flow.Source,
            Destination = connection.Flow.OriginalDestination,
            SourceIdentity = connection.Flow.SourceIdentity,
            DestinationIdentity = connection.Flow.DestinationIdentity,
            Outcome = outcome,
            Request = judgement?.Request ?? (header is null ? null : new()
            {
                Api = header.Api.Api,
                Version = header.Version,
                ClientId = header.ClientId,
            }),
            Decision = judgement?.Decision,
            CorrelationId = header?.CorrelationId,
            Duration = duration,
            PolicyRevision = judgement?.Policy.Revision ?? 0,
            Reason = reason,
        });
    }
}
