using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Jumpgate.Kafka.Messages;

/// <summary>The fields of one structure in one version, in wire order.</summary>
internal sealed class StructLayout
{
    private StructLayout(
        ImmutableArray<FieldLayout> fields, FrozenDictionary<uint, FieldLayout> tagged, bool isFlexible, bool isBare)
    {
        Fields = fields;
        Tagged = tagged;
        IsFlexible = isFlexible;
        IsBare = isBare;
        FixedSize = Measure();
        IsAsked = fields.Any(f => f.IsAsked);
        Topic = Find(FieldRole.Topic);
        TopicId = Find(FieldRole.TopicId);
    }

    public ImmutableArray<FieldLayout> Fields { get; }

    public FrozenDictionary<uint, FieldLayout> Tagged { get; }

    public bool IsFlexible { get; }

    /// <summary>A plain value in an array: no tagged fields follow it.</summary>
    public bool IsBare { get; }

    public bool HasTags => IsFlexible && !IsBare && Fields is not [.., { Type: WireType.Opaque }];

    /// <summary>Bytes, where every value has the same; else 0.</summary>
    public int FixedSize { get; }

    /// <summary>Policy asks for something in it.</summary>
    public bool IsAsked { get; }

    public static StructLayout Of(
        ImmutableArray<FieldDescription> fields, short version, bool isFlexible, bool isBare = false)
    {
        var here = fields.Where(f => f.Versions.Contains(version)).ToList();
        return new StructLayout(
            [.. here.Where(f => f.Tag is null).Select(f => FieldLayout.Of(f, version, isFlexible))],
            here.Where(f => f.Tag is not null)
                .ToFrozenDictionary(f => (uint)f.Tag!.Value, f => FieldLayout.Of(f, version, isFlexible)),
            isFlexible,
            isBare);
    }

    public static StructLayout OfTagged(FieldLayout field) =>
        new([field], FrozenDictionary<uint, FieldLayout>.Empty, isFlexible: true, isBare: true);

    public FieldLayout? Topic { get; }

    public FieldLayout? TopicId { get; }

    /// <summary>Elements of it, or of lists in it, are about a topic each.</summary>
    public bool NamesTopics => Topic is not null || TopicId is not null
        || Fields.Any(f => f.Type == WireType.Array && f.Inner!.NamesTopics);

    /// <summary>The fields before this one.</summary>
    public StructLayout Before(FieldLayout field) => Leading(Fields.IndexOf(field));

    /// <summary>The fields up to this one.</summary>
    public StructLayout UpTo(FieldLayout field) => Leading(Fields.IndexOf(field) + 1);

    public FieldLayout? Find(string name)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name)
            {
                return field;
            }
        }

        return null;
    }

    public FieldLayout? Find(FieldRole role)
    {
        foreach (var field in Fields)
        {
            if (field.Role == role)
            {
                return field;
            }
        }

        return null;
    }

    private StructLayout Leading(int count) =>
        new(Fields[..count], FrozenDictionary<uint, FieldLayout>.Empty, IsFlexible, isBare: true);

    private int Measure() => HasTags || Fields.Any(f => f.FixedSize == 0) ? 0 : Fields.Sum(f => f.FixedSize);
}
