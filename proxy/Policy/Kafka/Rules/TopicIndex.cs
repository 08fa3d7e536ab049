using System.Collections.Immutable;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>
/// Finds the rules whose topic matches a name: exact ones in a table, prefixes in another by each of the lengths that
/// occur, so that a decision costs what its candidates cost and not what all rules do.
/// </summary>
internal sealed class TopicIndex
{
    private readonly Dictionary<string, int[]> _exact;
    private readonly Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _prefixes;
    private readonly int[] _lengths;

    public TopicIndex(ImmutableArray<CompiledKafkaRule> rules)
    {
        _exact = Table(rules, isPrefix: false);
        var prefixes = Table(rules, isPrefix: true);
        _prefixes = prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. prefixes.Keys.Select(prefix => prefix.Length).Distinct().Order()];
        Topicless = [.. Enumerable.Range(0, rules.Length).Where(i => rules[i].Topic is null)];
        Every = [.. Enumerable.Range(0, rules.Length).Where(i => rules[i].Topic is null or { IsEvery: true })];
    }

    /// <summary>Rules without a topic, in document order.</summary>
    public int[] Topicless { get; }

    /// <summary>Rules that cover whatever topic there is: without one, or with <c>*</c>.</summary>
    public int[] Every { get; }

    /// <summary>The lists of rules whose topic matches, each in document order, one after the other: an enumerator that
    /// allocates nothing.</summary>
    public Matches Find(string topic) => new(this, topic);

    private static Dictionary<string, int[]> Table(ImmutableArray<CompiledKafkaRule> rules, bool isPrefix) =>
        Enumerable.Range(0, rules.Length)
            .Where(i => rules[i].Topic is { } topic && topic.IsPrefix == isPrefix)
            .GroupBy(i => rules[i].Topic!.Value.Text, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    public ref struct Matches(TopicIndex index, string topic)
    {
        private int _next = -2;

        public int[] Current { get; private set; } = [];

        public bool MoveNext()
        {
            if (_next == -2)
            {
                _next = -1;
                if (index.Topicless.Length > 0)
                {
                    Current = index.Topicless;
                    return true;
                }
            }

            if (_next == -1)
            {
                _next = 0;
                if (index._exact.TryGetValue(topic, out var exact))
                {
                    Current = exact;
                    return true;
                }
            }

            while (_next < index._lengths.Length && index._lengths[_next] <= topic.Length)
            {
                if (index._prefixes.TryGetValue(topic.AsSpan(0, index._lengths[_next++]), out var prefixed))
                {
                    Current = prefixed;
                    return true;
                }
            }

            return false;
        }
    }
}
