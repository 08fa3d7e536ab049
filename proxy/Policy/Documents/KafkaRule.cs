using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Documents;

/// <summary>
/// One element of <c>rules.kafka</c>: all conditions that are present must hold; null is no condition. Without any, it
/// allows everything. <see cref="Role"/> and <see cref="Api"/> exclude each other.
/// </summary>
public sealed record KafkaRule
{
    public required SourceLocation Location { get; init; }
    /// <summary>As written; None where the rule has no <c>role</c>. <see cref="Roles"/> is what it grants.</summary>
    public KafkaRole Role { get; init; }
    /// <summary><c>apiKey</c>: grants that API alone.</summary>
    public KafkaApi? Api { get; init; }
    /// <summary><c>apiVersion</c></summary>
    public short? Version { get; init; }
    /// <summary><c>clientID</c>, compared exactly.</summary>
    public string? ClientId { get; init; }
    public KafkaName? Topic { get; init; }
    public KafkaName? Group { get; init; }
    /// <summary><c>transactionalID</c></summary>
    public KafkaName? TransactionalId { get; init; }

    /// <summary>The roles it grants: both where conditions stand alone; None where an API is named, or every API is
    /// granted.</summary>
    public KafkaRole Roles =>
        Role != KafkaRole.None || Api is not null ? Role
        : ClientId is null && Topic is null && Group is null && TransactionalId is null ? KafkaRole.None
        : KafkaRole.Both;

    /// <summary>
    /// Every API, those of administrators too: neither role nor API, and at most a version as condition.
    /// </summary>
    public bool GrantsEveryApi => Api is null && Roles == KafkaRole.None;
}
