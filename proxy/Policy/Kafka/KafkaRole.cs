namespace Jumpgate.Policy.Kafka;

/// <summary>What a rule grants by <c>role</c>; both where it names conditions but neither role nor API.</summary>
[Flags]
public enum KafkaRole
{
    None = 0,
    Produce = 1,
    Consume = 2,
    Both = Produce | Consume,
}
