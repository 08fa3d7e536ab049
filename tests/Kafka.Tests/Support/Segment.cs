using System.Buffers;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>A sequence of several segments.</summary>
internal sealed class Segment : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Split(byte[] bytes, params int[] cuts)
    {
        Segment? first = null;
        Segment? last = null;
        var start = 0;
        foreach (var end in cuts.Append(bytes.Length))
        {
            var segment = new Segment { Memory = bytes.AsMemory(start, end - start), RunningIndex = start };
            first ??= segment;
            if (last is not null)
            {
                last.Next = segment;
            }

            last = segment;
            start = end;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }
}
