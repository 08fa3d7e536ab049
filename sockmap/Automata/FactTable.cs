using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Gives every distinct condition on host and headers a bit. Rules whose conditions find no bit are left to
/// user space.</summary>
internal sealed class FactTable
{
    private const int Bits = 64;

    private readonly Dictionary<string, int> _presence = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, string Value), int> _values = [];
    private readonly Dictionary<Language, int> _hosts = new(ReferenceEqualityComparer.Instance);
    private int _next = Outcome.FirstCondition;

    /// <summary>Headers that rules ask for, in lower case, and the bit of their presence.</summary>
    public IReadOnlyDictionary<string, int> Presence => _presence;

    public IReadOnlyDictionary<(string Name, string Value), int> Values => _values;

    public IReadOnlyDictionary<Language, int> Hosts => _hosts;

    /// <summary>The facts that a rule needs, or null where there is no room for them.</summary>
    public ulong? Add(HeadRule rule)
    {
        var facts = 0ul;
        if (rule.Host is not null)
        {
            if (Bit(_hosts, rule.Host) is not { } bit)
            {
                return null;
            }

            facts |= bit;
        }

        foreach (var header in rule.Headers)
        {
            var name = header.Name.ToLowerInvariant();
            if (Bit(_presence, name) is not { } present)
            {
                return null;
            }

            facts |= present;
            if (header.Value is not null)
            {
                if (Bit(_values, (name, header.Value)) is not { } equal)
                {
                    return null;
                }

                facts |= equal;
            }
        }

        return facts;
    }

    private ulong? Bit<T>(Dictionary<T, int> bits, T key)
        where T : notnull
    {
        if (!bits.TryGetValue(key, out var bit))
        {
            if (_next == Bits)
            {
                return null;
            }

            bit = _next++;
            bits.Add(key, bit);
        }

        return 1ul << bit;
    }
}
