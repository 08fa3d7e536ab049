using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Jumpgate.Kafka.Connections;

/// <summary>The receiving half of a connection: what has come and is not consumed. A waiting connection holds no buffer.</summary>
internal sealed class PipeInput : IDisposable
{
    private readonly PipeReader _reader;
    private Task<ReadResult>? _reading;

    public PipeInput(Socket socket)
    {
        _reader = PipeReader.Create(
            new NetworkStream(socket, ownsSocket: false),
            new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 8 * 1024, useZeroByteReads: true));
    }

    public ReadOnlySequence<byte> Unread { get; private set; }

    /// <summary>The other side has ended its stream; there may be something unread.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Bytes that came so far.</summary>
    public long Received { get; private set; }

    public void Consume(long count) => Unread = Unread.Slice(count);

    /// <summary>Whether <see cref="MoreAsync"/> would not wait.</summary>
    public bool HasArrived => IsEnded || _reading is { IsCompleted: true };

    /// <summary>Completes when there is more, or the end; <see cref="MoreAsync"/> takes it. May be called again and again.</summary>
    public Task WatchAsync() => IsEnded ? Task.CompletedTask : _reading ??= BeginAsync().AsTask();

    /// <summary>Waits for more behind what is unread.</summary>
    /// <returns>False: nothing more comes.</returns>
    public async ValueTask<bool> MoreAsync()
    {
        if (IsEnded)
        {
            return false;
        }

        var before = Unread.Length;
        var result = _reading is null ? await BeginAsync() : await _reading;
        _reading = null;
        Unread = result.Buffer;
        IsEnded = result.IsCompleted;
        Received += Unread.Length - before;
        return Unread.Length > before;
    }

    public void Dispose()
    {
        if (_reading is { IsCompleted: false })
        {
            // It ends with the socket; the buffers are the pipe's until then.
            _ = _reading.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }
        else
        {
            _reader.Complete();
        }
    }

    private ValueTask<ReadResult> BeginAsync()
    {
        if (_begun)
        {
            _reader.AdvanceTo(Unread.Start, Unread.End);
        }

        _begun = true;
        return _reader.ReadAsync();
    }

    private bool _begun;
}
