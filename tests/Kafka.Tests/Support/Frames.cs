using System.Buffers.Binary;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>Messages written by hand, field by field as the protocol guide has them.</summary>
internal static class Frames
{
    /// <summary>Produce 7: <paramref name="topics"/> with one partition 0 each.</summary>
    public static byte[] Produce(int correlationId, short acks, int recordBytes, params string[] topics) =>
        Request(0, 7, correlationId, w =>
    {
        w.WriteInt16(-1);
        w.WriteInt16(acks);
        w.WriteInt32(1000);
        w.WriteInt32(topics.Length);
        foreach (var topic in topics)
        {
            w.WriteString(topic, compact: false);
            w.WriteInt32(1);
            w.WriteInt32(0);
            w.WriteInt32(recordBytes);
            w.Write(new byte[recordBytes]);
        }
    });

    /// <summary>Produce 13: topics by ids, with one partition 0 each.</summary>
    public static byte[] ProduceById(int correlationId, int recordBytes, params UInt128[] ids) =>
        Request(0, 13, correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteInt16(-1);
        w.WriteInt32(1000);
        w.WriteVarint((uint)ids.Length + 1);
        foreach (var id in ids)
        {
            Id(w, id);
            w.WriteVarint(2);
            w.WriteInt32(0);
            w.WriteLength(recordBytes, compact: true);
            w.Write(new byte[recordBytes]);
            w.WriteVarint(0);
            w.WriteVarint(0);
        }

        w.WriteVarint(0);
    });

    /// <summary>Fetch 11 of partition 0 of each topic.</summary>
    public static byte[] Fetch(int correlationId, int sessionId, int epoch, params string[] topics) =>
        Request(1, 11, correlationId, w =>
    {
        w.WriteInt32(-1);
        w.WriteInt32(500);
        w.WriteInt32(1);
        w.WriteInt32(1 << 20);
        w.WriteInt8(0);
        w.WriteInt32(sessionId);
        w.WriteInt32(epoch);
        w.WriteInt32(topics.Length);
        foreach (var topic in topics)
        {
            w.WriteString(topic, compact: false);
            w.WriteInt32(1);
            w.WriteInt32(0);
            w.WriteInt32(-1);
            w.WriteInt64(0);
            w.WriteInt64(-1);
            w.WriteInt32(1 << 20);
        }

        w.WriteInt32(0);
        w.WriteInt16(0);
    });

    /// <summary>The reply to <see cref="Fetch"/>, without topics.</summary>
    public static byte[] FetchReply(int correlationId, int sessionId) => Reply(correlationId, w =>
    {
        w.WriteInt32(0);
        w.WriteInt16(0);
        w.WriteInt32(sessionId);
        w.WriteInt32(0);
    });

    /// <summary>Fetch 13 of partition 0 of each topic.</summary>
    public static byte[] FetchById(int correlationId, int epoch, params UInt128[] ids) =>
        Request(1, 13, correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteInt32(-1);
        w.WriteInt32(500);
        w.WriteInt32(1);
        w.WriteInt32(1 << 20);
        w.WriteInt8(0);
        w.WriteInt32(0);
        w.WriteInt32(epoch);
        w.WriteVarint((uint)ids.Length + 1);
        foreach (var id in ids)
        {
            Id(w, id);
            w.WriteVarint(2);
            w.WriteInt32(0);
            w.WriteInt32(-1);
            w.WriteInt64(0);
            w.WriteInt32(-1);
            w.WriteInt64(-1);
            w.WriteInt32(1 << 20);
            w.WriteVarint(0);
            w.WriteVarint(0);
        }

        w.WriteVarint(1);
        w.WriteVarint(1);
        w.WriteVarint(0);
    });

    /// <summary>The reply to <see cref="FetchById"/>: one topic, one partition, no records.</summary>
    public static byte[] FetchByIdReply(int correlationId, UInt128 id) => Reply(correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteInt32(0);
        w.WriteInt16(0);
        w.WriteInt32(0);
        w.WriteVarint(2);
        Id(w, id);
        w.WriteVarint(2);
        w.WriteInt32(0);
        w.WriteInt16(0);
        w.WriteZeros(24);
        w.WriteVarint(1);
        w.WriteInt32(-1);
        w.WriteVarint(1);
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteVarint(0);
    });

    /// <summary>Metadata 1; null: all topics.</summary>
    public static byte[] Metadata(int correlationId, params string[]? topics) => Request(3, 1, correlationId, w =>
    {
        w.WriteInt32(topics?.Length ?? -1);
        foreach (var topic in topics ?? [])
        {
            w.WriteString(topic, compact: false);
        }
    });

    /// <summary>The reply to <see cref="Metadata"/>: one broker, topics without partitions.</summary>
    public static byte[] MetadataReply(int correlationId, params string[] topics) => Reply(correlationId, w =>
    {
        w.WriteInt32(1);
        w.WriteInt32(1);
        w.WriteString("broker", compact: false);
        w.WriteInt32(9092);
        w.WriteInt16(-1);
        w.WriteInt32(1);
        w.WriteInt32(topics.Length);
        foreach (var topic in topics)
        {
            w.WriteInt16(0);
            w.WriteString(topic, compact: false);
            w.WriteInt8(0);
            w.WriteInt32(0);
        }
    });

    /// <summary>Metadata 12 by ids; none: for the brokers alone.</summary>
    public static byte[] MetadataById(int correlationId, params UInt128[] ids) => Request(3, 12, correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteVarint((uint)ids.Length + 1);
        foreach (var id in ids)
        {
            Id(w, id);
            w.WriteVarint(0);
            w.WriteVarint(0);
        }

        w.WriteInt8(0);
        w.WriteInt8(0);
        w.WriteVarint(0);
    });

    /// <summary>The reply to <see cref="MetadataById"/>: one broker, topics without partitions.</summary>
    public static byte[] MetadataByIdReply(int correlationId, params (string? Name, UInt128 Id)[] topics) =>
        Reply(correlationId, w =>
    {
        w.WriteVarint(0);
        w.WriteInt32(0);
        w.WriteVarint(2);
        w.WriteInt32(1);
        w.WriteString("broker", compact: true);
        w.WriteInt32(9092);
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteVarint(0);
        w.WriteInt32(1);
        w.WriteVarint((uint)topics.Length + 1);
        foreach (var (name, id) in topics)
        {
            w.WriteInt16(name is null ? (short)100 : (short)0);
            w.WriteStringLength(name?.Length ?? -1, compact: true);
            w.Write(System.Text.Encoding.ASCII.GetBytes(name ?? ""));
            Id(w, id);
            w.WriteInt8(0);
            w.WriteVarint(1);
            w.WriteInt32(int.MinValue);
            w.WriteVarint(0);
        }

        w.WriteVarint(0);
    });

    public static void Id(WireWriter writer, UInt128 id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        writer.Write(bytes);
    }

    public static byte[] ApiVersions(int correlationId, short version) => Request(18, version, correlationId, w =>
    {
        if (version >= 3)
        {
            w.WriteVarint(0);
            w.WriteString("test", compact: true);
            w.WriteString("1", compact: true);
            w.WriteVarint(0);
        }
    });

    public static byte[] Heartbeat(int correlationId, string group) => Request(12, 0, correlationId, w =>
    {
        w.WriteString(group, compact: false);
        w.WriteInt32(1);
        w.WriteString("member", compact: false);
    });

    public static byte[] Request(short key, short version, int correlationId, Action<WireWriter> body)
    {
        var output = new WireWriter();
        output.WriteInt32(0);
        output.WriteInt16(key);
        output.WriteInt16(version);
        output.WriteInt32(correlationId);
        output.WriteString("client", compact: false);
        body(output);
        return SampleWriter.Framed(output);
    }

    public static byte[] Reply(int correlationId, Action<WireWriter> body)
    {
        var output = new WireWriter();
        output.WriteInt32(0);
        output.WriteInt32(correlationId);
        body(output);
        return SampleWriter.Framed(output);
    }

    public static int CorrelationOf(byte[] reply) => BinaryPrimitives.ReadInt32BigEndian(reply.AsSpan(4));

    public static int RequestCorrelationOf(byte[] request) => BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(8));
}
