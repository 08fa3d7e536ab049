namespace Jumpgate.KafkaClient;

/// <summary>An operation as it is asked for: <c>name argument... option=value...</c>.</summary>
internal sealed class Operation
{
    private readonly Dictionary<string, string> _options;

    public Operation(IReadOnlyList<string> words)
    {
        Name = words[0];
        Arguments = [.. words.Skip(1).Where(w => !w.Contains('=', StringComparison.Ordinal))];
        _options = words.Skip(1).Where(w => w.Contains('=', StringComparison.Ordinal))
            .Select(w => w.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
    }

    public string Name { get; }

    public IReadOnlyList<string> Arguments { get; }

    public string Topic => Arguments[0];

    public int Count => int.Parse(Arguments[1], System.Globalization.CultureInfo.InvariantCulture);

    public string? this[string option] => _options.GetValueOrDefault(option);
}
