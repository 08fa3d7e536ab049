using System.Threading.Channels;
using Jumpgate.Http.Observation;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>Keeps what it is told, and lets a test wait for the next report.</summary>
internal sealed class RecordingObserver : IRequestObserver
{
    private readonly Channel<HttpRequestRecord> _records = Channel.CreateUnbounded<HttpRequestRecord>();
    private int _counts;

    public int Counts => Volatile.Read(ref _counts);

    public bool Wants(RequestOutcome outcome) => true;

    public void Count(in RequestCount count) => Interlocked.Increment(ref _counts);

    public void Record(HttpRequestRecord record) => _records.Writer.TryWrite(record);

    public async Task<HttpRequestRecord> NextAsync() =>
        await _records.Reader.ReadAsync().AsTask().WaitAsync(Wait.Patience);

    public bool IsEmpty => !_records.Reader.TryPeek(out _);
}
