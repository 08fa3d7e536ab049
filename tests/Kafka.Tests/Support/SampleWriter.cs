using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>
/// Writes messages from their description, with values of its own: what a client or a broker might send.
/// </summary>
internal sealed class SampleWriter(Random random, int elements = 2)
{
    public List<string> Topics { get; } = [];

    public List<UInt128> TopicIds { get; } = [];

    public List<string> Groups { get; } = [];

    public List<string> TransactionalIds { get; } = [];

    /// <summary>Some lists and strings are null, where they can, and some ids zero.</summary>
    public bool HasNulls { get; init; }

    /// <summary>Every list is null that can be.</summary>
    public bool HasNullLists { get; init; }

    /// <summary>Record batches, and other bytes, are shorter.</summary>
    public int MostBytes { get; init; } = 40;

    /// <summary>Where topic ids are drawn from; empty: any.</summary>
    public IReadOnlyList<UInt128> Ids { get; init; } = [];

    public sbyte ResourceType { get; init; } = 2;

    public static byte[] Request(
        ApiDescription api, short version, SampleWriter writer, string? clientId = "client", int correlationId = 7)
    {
        var output = new WireWriter();
        output.WriteInt32(0);
        output.WriteInt16((short)api.Api);
        output.WriteInt16(version);
        output.WriteInt32(correlationId);
        if (api.Api != Policy.Kafka.KafkaApi.ControlledShutdown || version > 0)
        {
            if (clientId is null)
            {
                output.WriteInt16(-1);
            }
            else
            {
                output.WriteString(clientId, compact: false);
            }
        }

        if (api.Flexible.Contains(version))
        {
            output.WriteVarint(0);
        }

        writer.Write(api.Request(version), output);
        return Framed(output);
    }

    public static byte[] Framed(WireWriter output)
    {
        var frame = output.Written.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    public void Write(StructLayout layout, WireWriter output)
    {
        foreach (var field in layout.Fields)
        {
            Write(field, layout.IsFlexible, output);
        }

        if (!layout.HasTags)
        {
            return;
        }

        output.WriteVarint((uint)layout.Tagged.Count);
        foreach (var (tag, field) in layout.Tagged.OrderBy(t => t.Key))
        {
            var value = new WireWriter();
            Write(field, true, value);
            output.WriteVarint(tag);
            output.WriteVarint((uint)value.Length);
            output.Write(value.Written.Span);
        }
    }

    private void Write(FieldLayout field, bool isFlexible, WireWriter output)
    {
        switch (field.Type)
        {
            case WireType.String when HasNulls && field.IsNullable && random.Next(2) == 0:
                output.WriteStringLength(-1, isFlexible);
                break;
            case WireType.String:
                output.WriteString(Name(field.Role), isFlexible);
                break;
            case WireType.Bytes or WireType.Records:
                var size = random.Next(0, MostBytes);
                output.WriteLength(size, isFlexible);
                var bytes = new byte[size];
                random.NextBytes(bytes);
                output.Write(bytes);
                break;
            case WireType.Array when field.IsNullable && (HasNullLists || (HasNulls && random.Next(2) == 0)):
                output.WriteLength(-1, isFlexible);
                break;
            case WireType.Array:
                output.WriteLength(elements, isFlexible);
                for (var i = 0; i < elements; i++)
                {
                    Write(field.Inner!, output);
                }

                break;
            case WireType.Struct:
                if (field.IsNullable)
                {
                    output.WriteInt8(1);
                }

                Write(field.Inner!, output);
                break;
            case WireType.Opaque:
                output.WriteInt64(random.NextInt64());
                break;
            case WireType.Uuid when HasNulls && random.Next(2) == 0:
                output.WriteZeros(16);
                break;
            case WireType.Uuid when Ids.Count > 0 && field.Role == FieldRole.TopicId:
                TopicIds.Add(Ids[random.Next(Ids.Count)]);
                var id = new byte[16];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(id, TopicIds[^1]);
                output.Write(id);
                break;
            case WireType.Uuid:
                output.WriteInt64(random.NextInt64());
                output.WriteInt64(random.NextInt64());
                if (field.Role == FieldRole.TopicId)
                {
                    TopicIds.Add(
                        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(output.Written.Span[^16..]));
                }

                break;
            case WireType.Int8 when field.Role == FieldRole.ResourceType:
                output.WriteInt8(ResourceType);
                break;
            case WireType.Int8 when field.Role == FieldRole.CoordinatorType:
                output.WriteInt8(0);
                break;
            case WireType.Int16 when field.Role == FieldRole.Error:
                output.WriteInt16(0);
                break;
            case WireType.Int16 when field.Role == FieldRole.Acks:
                output.WriteInt16(-1);
                break;
            default:
                var value = new byte[field.FixedSize];
                random.NextBytes(value);
                output.Write(value);
                break;
        }
    }

    private string Name(FieldRole role)
    {
        var name = $"name-{random.Next():x}";
        switch (role)
        {
            case FieldRole.Topic or FieldRole.ResourceName:
                Topics.Add(name);
                break;
            case FieldRole.Group or FieldRole.CoordinatorKey:
                Groups.Add(name);
                break;
            case FieldRole.TransactionalId:
                TransactionalIds.Add(name);
                break;
        }

        return name;
    }
}
