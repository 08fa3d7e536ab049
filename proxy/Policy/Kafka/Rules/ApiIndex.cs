using System.Collections.Immutable;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>The rules that grant each API something, in document order. Most APIs share their list.</summary>
internal sealed class ApiIndex
{
    private readonly ImmutableArray<int>[] _rules = new ImmutableArray<int>[KafkaApis.Count];
    private readonly ImmutableArray<int> _unknown;

    public ApiIndex(ImmutableArray<CompiledKafkaRule> rules)
    {
        var named = rules.Select(r => r.Api).OfType<KafkaApi>().ToHashSet();
        var lists = new Dictionary<(KafkaRole, KafkaApi?), ImmutableArray<int>>();
        for (var key = 0; key < _rules.Length; key++)
        {
            var api = (KafkaApi)key;
            var kind = (KafkaRoles.Of(api), named.Contains(api) ? api : (KafkaApi?)null);
            if (!lists.TryGetValue(kind, out var list))
            {
                lists.Add(kind, list = List(rules, api));
            }

            _rules[key] = list;
        }

        // An API that nobody here knows belongs to no role and has no name: rules that grant everything grant it too.
        _unknown = List(rules, (KafkaApi)KafkaApis.Count);
    }

    public ImmutableArray<int> Of(KafkaApi api) => KafkaApis.IsKnown(api) ? _rules[(int)api] : _unknown;

    private static ImmutableArray<int> List(ImmutableArray<CompiledKafkaRule> rules, KafkaApi api) =>
        [.. Enumerable.Range(0, rules.Length).Where(i => rules[i].Grants(api))];
}
