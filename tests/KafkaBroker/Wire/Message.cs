namespace Jumpgate.KafkaBroker.Wire;

/// <summary>A message, or a structure in one, by field names. What is not set has its default when written.</summary>
public sealed class Message : Dictionary<string, object?>
{
    public Message()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>A message with an array as its only field.</summary>
    public static Message Of(string name, IEnumerable<Message> items) => new() { [name] = items.ToList() };

    public bool Has(string name) => TryGetValue(name, out var value) && value is not null;

    public string Text(string name) => TextOrNull(name) ?? string.Empty;

    public string? TextOrNull(string name) => (string?)this.GetValueOrDefault(name);

    public long Number(string name) => TryGetValue(name, out var value) ? Convert.ToInt64(value, null) : 0;

    public int Whole(string name) => (int)Number(name);

    public bool Flag(string name) => TryGetValue(name, out var value) && (bool)value!;

    public Guid Id(string name) => TryGetValue(name, out var value) ? (Guid)value! : Guid.Empty;

    public ReadOnlyMemory<byte> Bytes(string name) =>
        TryGetValue(name, out var value) && value is ReadOnlyMemory<byte> bytes ? bytes : ReadOnlyMemory<byte>.Empty;

    public Message? Part(string name) => (Message?)this.GetValueOrDefault(name);

    /// <summary>The structures of an array; none where it is null or absent.</summary>
    public IEnumerable<Message> Parts(string name) => Items(name).Cast<Message>();

    public IEnumerable<string> Texts(string name) => Items(name).Cast<string>();

    public IEnumerable<int> Wholes(string name) => Items(name).Select(i => (int)Convert.ToInt64(i, null));

    private IEnumerable<object?> Items(string name) => (List<object?>?)this.GetValueOrDefault(name) ?? [];
}
