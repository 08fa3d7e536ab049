namespace Jumpgate.Sockmap.Automata;

/// <summary>Equal values get one number.</summary>
internal sealed class Interner<T>(IEqualityComparer<T>? comparer = null)
    where T : notnull
{
    private readonly Dictionary<T, int> _numbers = new(comparer);
    private readonly List<T> _values = [];

    public int Count => _values.Count;

    public IReadOnlyList<T> Values => _values;

    public T this[int number] => _values[number];

    public bool Contains(T value) => _numbers.ContainsKey(value);

    public int Add(T value)
    {
        if (!_numbers.TryGetValue(value, out var number))
        {
            number = _values.Count;
            _numbers.Add(value, number);
            _values.Add(value);
        }

        return number;
    }
}
