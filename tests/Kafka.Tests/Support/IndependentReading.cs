using System.Buffers.Binary;
using Jumpgate.Kafka.Messages;
using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>
/// What a broker makes of a request, read without the filter's code: by the scripted broker's own descriptions and
/// reader, and where that broker does not know the API, by <see cref="SampleReader"/>.
/// </summary>
internal sealed class IndependentReading
{
    private const int TopicResource = 2;
    private const int Produce = 0;
    private const int FindCoordinator = 10;

    public short Key { get; private init; }

    public short Version { get; private init; }

    public int CorrelationId { get; private init; }

    public HashSet<string> Topics { get; } = [];

    public HashSet<UInt128> TopicIds { get; } = [];

    public HashSet<string> Groups { get; } = [];

    public HashSet<string> TransactionalIds { get; } = [];

    /// <summary>Of Produce.</summary>
    public long Acks { get; private set; } = -1;

    /// <summary>Read by the broker's descriptions, which share nothing with the filter's.</summary>
    public bool IsByBroker { get; private set; }

    public bool HasReply => Key != Produce || Acks != 0;

    public override string ToString() =>
        $"{(KafkaApi)Key} {Version} topics [{string.Join(' ', Topics)}] ids [{string.Join(' ', TopicIds)}] "
        + $"groups [{string.Join(' ', Groups)}] transactions [{string.Join(' ', TransactionalIds)}]";

    /// <param name="frame">With its length.</param>
    /// <returns>Null: no broker would act on it.</returns>
    public static IndependentReading? Of(byte[] frame)
    {
        try
        {
            var bytes = new SampleReader(frame, 4);
            var key = BinaryPrimitives.ReadInt16BigEndian(bytes.Take(2));
            var version = BinaryPrimitives.ReadInt16BigEndian(bytes.Take(2));
            var reading = new IndependentReading { Key = key, Version = version, CorrelationId = bytes.Int32() };
            if (ApiCatalog.Find(key) is not { } api || !api.Versions.Contains(version))
            {
                return null;
            }

            if (api.Api != KafkaApi.ControlledShutdown || version > 0)
            {
                var length = BinaryPrimitives.ReadInt16BigEndian(bytes.Take(2));
                bytes.Take(Math.Max((short)0, length));
            }

            return reading.ReadBody(api, frame, bytes.Position) ? reading : null;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException
            or OverflowException)
        {
            return null;
        }
    }

    private bool ReadBody(ApiDescription api, byte[] frame, int position)
    {
        if (ApiLayout.Find(Key) is { } layout && Version >= layout.First && Version <= layout.Last)
        {
            IsByBroker = true;
            var reader = new MessageReader(frame.AsMemory(position), Version, layout.IsFlexible(Version));
            reader.SkipTags();
            var message = reader.Read(layout.Request);
            Collect(layout.Request, message);
            CollectUntyped(message);
            return reader.Left == 0;
        }

        var sample = new SampleReader(frame, position);
        if (api.Flexible.Contains(Version))
        {
            for (var tags = sample.Varint(); tags > 0; tags--)
            {
                sample.Varint();
                sample.Take((int)sample.Varint());
            }
        }

        Collect(sample.Read(api.Request(Version)));
        return sample.IsAtEnd;
    }

    private void Collect(IReadOnlyList<KafkaBroker.Wire.FieldLayout> fields, Message message)
    {
        foreach (var field in fields.Where(f => f.IsIn(Version)))
        {
            Collect(field, message[field.Name]);
        }
    }

    private void Collect(KafkaBroker.Wire.FieldLayout field, object? value)
    {
        // What a client gives back, or says that it has, asks for nothing.
        var isAsked = field.Name != "forgotten"
            && !(Key == (short)KafkaApi.ConsumerGroupHeartbeat && field.Name == "partitions");
        switch (value)
        {
            case Message part:
                Collect(field.Items, part);
                break;
            case List<object?> list when isAsked:
                list.ForEach(v => Collect(field.Items[0], v));
                break;
            case string or Guid:
                Add(field.Meaning, value);
                break;
        }
    }

    private void CollectUntyped(Message message)
    {
        if (Key == Produce)
        {
            Acks = message.Number("acks");
        }
        else if (Key == FindCoordinator)
        {
            var meaning = message.Number("keyType") switch { 0 => "group", 1 => "txn", _ => "" };
            foreach (var key in message.Texts("keys").Append(message.TextOrNull("key")).OfType<string>())
            {
                Add(meaning, key);
            }
        }
        else if ((KafkaApi)Key is KafkaApi.DescribeConfigs or KafkaApi.AlterConfigs or KafkaApi.IncrementalAlterConfigs)
        {
            Topics.UnionWith(
                message.Parts("resources").Where(r => r.Number("type") == TopicResource).Select(r => r.Text("name")));
        }
    }

    private void Collect(Dictionary<string, object?> values)
    {
        foreach (var (name, value) in values.Where(v => v.Key != "forgotten"))
        {
            var all = value is System.Collections.IList many and not Array ? many.Cast<object?>() : [value];
            foreach (var one in all)
            {
                switch (one)
                {
                    case Dictionary<string, object?> part:
                        Collect(part);
                        break;
                    case string or UInt128:
                        Add(name, one);
                        break;
                }
            }
        }

        if (Key == Produce && values.TryGetValue("acks", out var acks))
        {
            Acks = (short)acks!;
        }
    }

    private void Add(string meaning, object value)
    {
        switch (meaning)
        {
            case "topic":
                Topics.Add((string)value);
                break;
            case "group":
                Groups.Add((string)value);
                break;
            case "txn":
                TransactionalIds.Add((string)value);
                break;
            case "topicid" or "topicId":
                var id = value is Guid guid
                    ? BinaryPrimitives.ReadUInt128BigEndian(guid.ToByteArray(bigEndian: true)) : (UInt128)value;
                if (id != default)
                {
                    TopicIds.Add(id);
                }

                break;
        }
    }
}
