using System.Collections.Concurrent;
using Jumpgate.Http.Observation;

namespace Jumpgate.Http.Tests.Support;

internal sealed class RecordingObserver : IRequestObserver
{
    private readonly ConcurrentQueue<RequestCount> _counts = new();
    private readonly ConcurrentQueue<HttpRequestRecord> _records = new();

    public RequestCount[] Counts => [.. _counts];

    public HttpRequestRecord[] Records => [.. _records];

    public bool Wants(RequestOutcome outcome) => true;

    public void Count(in RequestCount count) => _counts.Enqueue(count);

    public void Record(HttpRequestRecord record) => _records.Enqueue(record);
}
