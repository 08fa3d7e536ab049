namespace Jumpgate.Kafka.Messages;

/// <summary>What a field is to the filter: its name in the descriptions says so.</summary>
internal enum FieldRole
{
    None,
    Topic,
    TopicId,
    Group,
    TransactionalId,
    CoordinatorKey,
    CoordinatorType,
    ResourceType,
    ResourceName,
    Acks,
    SessionId,
    SessionEpoch,
    Member,
    Cursor,
    Error,
    Message,
}
