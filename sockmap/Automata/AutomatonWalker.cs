using System.Runtime.InteropServices;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Walks a table exactly as the kernel program does (bpf/include/head.h, lane_message.bpf.c).</summary>
public static class AutomatonWalker
{
    private const int MaxHead = 4096;
    private const int MaxLines = 64;
    private const int Stride = 8;

    /// <summary>RESPONSE_WITHOUT_BODY.</summary>
    private const uint WithoutBody = 1;

    /// <summary>What the kernel would say to a message that begins with these bytes.</summary>
    public static HeadVerdict Walk(ReadOnlySpan<byte> table, ReadOnlySpan<byte> message) =>
        TryRead(table, message, out var head)
            ? Decide(table, MemoryMarshal.AsRef<AutomatonHeader>(table), head)
            : default;

    /// <summary>How the kernel would frame a response that begins with these bytes (RFC 9112 section 6.3); the default
    /// is "don't know".</summary>
    public static ResponseVerdict WalkResponse(ReadOnlySpan<byte> table, ReadOnlySpan<byte> message) =>
        !TryRead(table, message, out var head) ? default
            : head.Class == WithoutBody ? new ResponseVerdict(ResponseFraming.Length, head.Position, 0)
            : (head.Facts & Outcome.ChunkedFact) != 0 ? new ResponseVerdict(ResponseFraming.Chunked, head.Position, 0)
            : (head.Facts & Outcome.ContentLengthFact) != 0
                ? new ResponseVerdict(ResponseFraming.Length, head.Position, head.Length)
            : default;

    private static bool TryRead(
        ReadOnlySpan<byte> table, ReadOnlySpan<byte> message,
        out (ulong Facts, uint Class, int Position, uint Length) head)
    {
        head = default;
        ref readonly var header = ref MemoryMarshal.AsRef<AutomatonHeader>(table);
        ref readonly var section = ref header.First;
        var state = section.Start;
        var facts = 0ul;
        uint length = 0, classNumber = 0;
        var lines = 0;
        for (var position = 0; position < message.Length && position <= MaxHead; position++)
        {
            if (state - section.Specials < section.Plains && position + Stride <= message.Length
                && !message.Slice(position, Stride).ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
            {
                position += Stride - 1;
                continue;
            }

            var value = message[position];
            var row = (int)((state * section.Stride) + section.ByteClass[value]);
            state = MemoryMarshal.Cast<byte, ushort>(table[(int)section.Rows..])[row];
            if (state >= section.Specials)
            {
                continue;
            }

            var outcome = MemoryMarshal.Cast<byte, OutcomeRecord>(table[(int)section.Outcomes..])[(int)state];
            if ((HeadEvent)outcome.Event == HeadEvent.LengthDigit)
            {
                length = (length * 10) + value - '0';
                continue;
            }

            if ((HeadEvent)outcome.Event == HeadEvent.Unknown || (facts & outcome.Once) != 0 || ++lines > MaxLines)
            {
                return false;
            }

            facts |= outcome.Facts;
            switch ((HeadEvent)outcome.Event)
            {
                case HeadEvent.Class:
                    classNumber = outcome.Value;
                    if (section.Next != 0)
                    {
                        section = ref MemoryMarshal.AsRef<SectionHeader>(table[(int)section.Next..]);
                        state = section.Start;
                    }

                    break;
                case HeadEvent.End:
                    head = (facts, classNumber, position + 1, length);
                    return true;
            }
        }

        return false;
    }

    private static HeadVerdict Decide(
        ReadOnlySpan<byte> table,
        in AutomatonHeader header,
        (ulong Facts, uint Class, int Position, uint Length) head)
    {
        var (facts, classNumber, position, body) = head;
        if ((facts & Outcome.HostFact) == 0 || classNumber >= header.ClassCount)
        {
            return default;
        }

        var open = MemoryMarshal.Cast<byte, ClassRecord>(table[(int)header.Classes..])[(int)classNumber];
        var alternatives = MemoryMarshal.Cast<byte, AlternativeRecord>(table[(int)header.Alternatives..]);
        return Find(alternatives.Slice((int)open.Egress, (int)open.EgressCount), facts) is { } egress
            && Find(alternatives.Slice((int)open.Ingress, (int)open.IngressCount), facts) is { } ingress
            ? new HeadVerdict(true, position, body, open.Method, egress, ingress)
            : default;
    }

    private static uint? Find(ReadOnlySpan<AlternativeRecord> alternatives, ulong facts)
    {
        foreach (var alternative in alternatives)
        {
            if ((alternative.Facts & facts) == alternative.Facts)
            {
                return alternative.Rule;
            }
        }

        return null;
    }
}
