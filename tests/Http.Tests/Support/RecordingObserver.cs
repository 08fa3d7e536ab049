using System.Collections.Concurrent;
using Jumpgate.Http.Observation;

namespace Jumpgate.Http.Tests.Support;

internal sealed class RecordingObserver : IRequestObserver
{
    private readonly ConcurrentQueue<RequestCount> _counts = new();
    private readonly ConcurrentQueue<HttpRequestRecord> _records = new();

    public RequestCount[] Counts => Settled(_counts);

    public HttpRequestRecord[] Records => Settled(_records);

    public bool Wants(RequestOutcome outcome) => true;

    public void Count(in RequestCount count) => _counts.Enqueue(count);

    public void Record(HttpRequestRecord record) => _records.Enqueue(record);

    /// <summary>The filter tells after the answer has left: whoever has the answer may be a moment early.</summary>
    private static T[] Settled<T>(ConcurrentQueue<T> queue)
    {
        SpinWait.SpinUntil(() => !queue.IsEmpty, TimeSpan.FromSeconds(1));
        return [.. queue];
    }
}
