using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>
/// What a client wants of one type. Never having named anything means all, where the type allows that; whoever has
/// named something once means what they say, also when that is nothing (Envoy: xds_protocol, "How the client specifies
/// what resources to return").
/// </summary>
internal sealed class Subscription(XdsType type)
{
    public const string Wildcard = "*";
    private bool _hasNamed;

    public NameSet Names { get; private set; } = new();

    public bool IsWildcard { get; private set; }

    public bool Wants(string name) => IsWildcard || Names.Contains(name);

    /// <summary>State of the world: the list is all that is wanted.</summary>
    /// <returns>Whether something is wanted that was not.</returns>
    public bool Replace(IEnumerable<string> names)
    {
        var wanted = new NameSet();
        foreach (var name in names)
        {
            wanted.Add(name);
        }

        var star = wanted.Remove(Wildcard);
        _hasNamed |= star || wanted.Count > 0;
        var wildcard = star || (wanted.Count == 0 && !_hasNamed && type.IsWhole);
        var more = (wildcard && !IsWildcard) || wanted.Any(n => !Names.Contains(n));
        Names = wanted;
        IsWildcard = wildcard;
        return more;
    }

    /// <summary>Delta: the first request of a type may subscribe to all by naming nothing.</summary>
    public void Begin(bool namesNothing)
    {
        if (namesNothing && type.IsWhole)
        {
            IsWildcard = true;
        }
    }

    public void Add(string name)
    {
        if (name == Wildcard)
        {
            IsWildcard = true;
        }
        else
        {
            Names.Add(name);
        }
    }

    public void Remove(string name)
    {
        if (name == Wildcard)
        {
            IsWildcard = false;
        }
        else
        {
            Names.Remove(name);
        }
    }
}
