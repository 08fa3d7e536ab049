using System.Text;

namespace Jumpgate.Kafka.Wire;

/// <summary>A connection's requests repeat the same few names: each is made a string once. Bounded.</summary>
internal sealed class NameCache
{
    private const int Capacity = 512;
    private const int LongestKept = 256;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> chars = stackalloc char[LongestKept];
        var name = chars[..Encoding.UTF8.GetChars(utf8, chars)];
        if (_names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known))
        {
            return known;
        }

        if (_names.Count == Capacity)
        {
            _names.Clear();
        }

        known = new string(name);
        _names.Add(known);
        return known;
    }
}
