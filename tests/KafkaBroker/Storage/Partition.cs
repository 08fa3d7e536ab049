using Jumpgate.KafkaBroker.Apis;

namespace Jumpgate.KafkaBroker.Storage;

/// <summary>What was produced to one partition, in memory, as it came.</summary>
public sealed class Partition(int index, long limit)
{
    private readonly Lock _gate = new();
    private readonly List<Batch> _batches = [];
    private readonly Dictionary<long, (short Epoch, int Next, long LastOffset)> _producers = [];
    private readonly Dictionary<long, long> _open = [];
    private readonly List<(long ProducerId, long First, long Last)> _aborted = [];
    private long _next;
    private long _bytes;

    private sealed record Batch(long First, long Last, ReadOnlyMemory<byte> Bytes);

    public int Index => index;

    public long HighWatermark
    {
        get
        {
            lock (_gate)
            {
                return _next;
            }
        }
    }

    public long Start
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count == 0 ? _next : _batches[0].First;
            }
        }
    }

    /// <summary>Records before the first open transaction.</summary>
    public long LastStable
    {
        get
        {
            lock (_gate)
            {
                return _open.Count == 0 ? _next : _open.Values.Min();
            }
        }
    }

    /// <returns>The offset of the first record, and what is wrong.</returns>
    public (long Offset, ErrorCode Error) Append(ReadOnlyMemory<byte> records)
    {
        lock (_gate)
        {
            var first = -1L;
            while (records.Length > 0)
            {
                if (BatchHeader.Read(records.Span) is not { } head)
                {
                    return (-1, ErrorCode.CorruptMessage);
                }

                if (head.IsLegacy && head.IsCompressed)
                {
                    return (-1, ErrorCode.UnsupportedForMessageFormat);
                }

                var (offset, error) = Append(records[..head.Length], head);
                if (error != ErrorCode.None)
                {
                    return (-1, error);
                }

                first = first < 0 ? offset : first;
                records = records[head.Length..];
            }

            return (first, ErrorCode.None);
        }
    }

    /// <summary>Whole batches from the one that holds the offset; at least one, if there is one.</summary>
    public List<ReadOnlyMemory<byte>> Read(long offset, int maxBytes, bool onlyStable, out int total)
    {
        lock (_gate)
        {
            var end = onlyStable && _open.Count > 0 ? _open.Values.Min() : _next;
            var found = new List<ReadOnlyMemory<byte>>();
            total = 0;
            for (var i = Find(offset); i < _batches.Count; i++)
            {
                var batch = _batches[i];
                if (batch.First >= end || (total > 0 && total + batch.Bytes.Length > maxBytes))
                {
                    break;
                }

                total += batch.Bytes.Length;
                found.Add(batch.Bytes);
            }

            return found;
        }
    }

    public List<(long ProducerId, long First)> Aborted(long from)
    {
        lock (_gate)
        {
            return [.. _aborted.Where(a => a.Last >= from).Select(a => (a.ProducerId, a.First))];
        }
    }

    /// <summary>Ends a producer's transaction here, with a mark that consumers see.</summary>
    public void End(long producerId, short epoch, bool committed)
    {
        lock (_gate)
        {
            if (!_open.Remove(producerId, out var first))
            {
                return;
            }

            if (!committed)
            {
                _aborted.Add((producerId, first, _next));
            }

            var mark = ControlBatch.Create(
                producerId, epoch, committed, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            BatchHeader.WriteOffset(mark, _next);
            _batches.Add(new Batch(_next, _next, mark));
            _next++;
        }
    }

    private int Find(long offset)
    {
        int low = 0, high = _batches.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _batches[middle].Last < offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private (long Offset, ErrorCode Error) Append(ReadOnlyMemory<byte> bytes, BatchHeader head)
    {
        if (head.ProducerId >= 0)
        {
            if (_producers.TryGetValue(head.ProducerId, out var known) && known.Epoch == head.Epoch)
            {
                if (head.Sequence == known.Next - head.Count)
                {
                    return (known.LastOffset, ErrorCode.None);
                }

                if (head.Sequence != known.Next)
                {
                    return (-1, ErrorCode.OutOfOrderSequenceNumber);
                }
            }

            _producers[head.ProducerId] = (head.Epoch, head.Sequence + head.Count, _next);
            if (head.IsTransactional)
            {
                _open.TryAdd(head.ProducerId, _next);
            }
        }

        var first = _next;
        _next += head.Count;
        // The frame is this partition's own: nobody else writes in it.
        BatchHeader.WriteOffset(System.Runtime.InteropServices.MemoryMarshal.AsMemory(bytes).Span, first);
        _batches.Add(new Batch(first, _next - 1, bytes));
        _bytes += bytes.Length;
        if (_bytes > limit)
        {
            Shorten();
        }

        return (first, ErrorCode.None);
    }

    /// <summary>Forgets the older half.</summary>
    private void Shorten()
    {
        var count = 0;
        for (var kept = _bytes; kept > limit / 2 && count < _batches.Count - 1; count++)
        {
            kept -= _batches[count].Bytes.Length;
            _bytes = kept;
        }

        _batches.RemoveRange(0, count);
    }
}
