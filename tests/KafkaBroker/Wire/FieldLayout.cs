namespace Jumpgate.KafkaBroker.Wire;

/// <summary>One field of a message, in every version.</summary>
/// <param name="Name">As in the protocol guide, in camel case.</param>
/// <param name="Meaning">What a text or a UUID names, for the record of what was seen: topic, group, txn, topicid; else
/// empty.</param>
/// <param name="First">First version that has it.</param>
/// <param name="Last">Last version that has it.</param>
/// <param name="NullableFrom">First version in which it may be null; <see cref="short.MaxValue"/> for none.</param>
/// <param name="Default">What a number is where a reply does not set it.</param>
/// <param name="Items">The fields of a structure; the single item of an array.</param>
public sealed record FieldLayout(
    string Name,
    FieldKind Kind,
    string Meaning,
    short First,
    short Last,
    short NullableFrom,
    long Default,
    IReadOnlyList<FieldLayout> Items)
{
    public bool IsIn(short version) => version >= First && version <= Last;

    public bool IsNullableIn(short version) => version >= NullableFrom;
}
