namespace Jumpgate.Kafka.Messages;

/// <summary>One field in one version.</summary>
/// <param name="Inner">The structure, or an array's element.</param>
internal sealed record FieldLayout(
    string Name,
    FieldRole Role,
    WireType Type,
    bool IsNullable,
    StructLayout? Inner,
    long Default,
    bool IsEmptyByDefault)
{
    /// <summary>Bytes, where every value has the same; else 0.</summary>
    public int FixedSize { get; } = Type switch
    {
        WireType.Bool or WireType.Int8 => 1,
        WireType.Int16 or WireType.UInt16 => 2,
        WireType.Int32 => 4,
        WireType.Int64 or WireType.Float64 => 8,
        WireType.Uuid => 16,
        _ => 0,
    };

    /// <summary>Policy asks for something in it.</summary>
    public bool IsAsked { get; } =
        Inner is { IsAsked: true } || Role is not (FieldRole.None or FieldRole.Error or FieldRole.Message);

    /// <summary>A structure of nothing else: as what a tagged field is read.</summary>
    public StructLayout Alone => field ??= StructLayout.OfTagged(this);

    public static FieldLayout Of(FieldDescription field, short version, bool isFlexible) => new(
        field.Name,
        RoleOf(field.Name),
        field.Type,
        field.Nullable.Contains(version),
        field.Type is WireType.Array or WireType.Struct
            ? StructLayout.Of(field.Fields, version, isFlexible, field.IsBare)
            : null,
        field.Default,
        field.IsEmptyByDefault);

    private static FieldRole RoleOf(string name) => name switch
    {
        "topic" => FieldRole.Topic,
        "topicId" => FieldRole.TopicId,
        "group" => FieldRole.Group,
        "txn" => FieldRole.TransactionalId,
        "key" => FieldRole.CoordinatorKey,
        "keyType" => FieldRole.CoordinatorType,
        "resourceType" => FieldRole.ResourceType,
        "resourceName" => FieldRole.ResourceName,
        "acks" => FieldRole.Acks,
        "sessionId" => FieldRole.SessionId,
        "sessionEpoch" => FieldRole.SessionEpoch,
        "memberId" => FieldRole.Member,
        "afterTopic" => FieldRole.Cursor,
        "error" => FieldRole.Error,
        "message" => FieldRole.Message,
        _ => FieldRole.None,
    };
}
