using System.Collections.Immutable;
using System.Net;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>
/// Takes an address's rights from its former owner everywhere, before its new one gets any. Nodes hear of a change one
/// after another, and each of them in parts (listeners, then routes): in one step, the new owner would have both
/// owners' rights for a moment. Not thread-safe.
/// </summary>
/// <param name="patience">
/// For how long an owner waits for his rights where a node does not answer. Nobody waits longer, however many addresses
/// change however often: each has a time of its own, and all else is published with it.
/// </param>
internal sealed class AddressHandover(TimeProvider time, TimeSpan patience)
{
    private readonly Dictionary<IPNetwork, (PolicyGroup Owner, long Since)> _former = [];
    private ImmutableDictionary<IPNetwork, PolicyGroup> _granted = ImmutableDictionary<IPNetwork, PolicyGroup>.Empty;
    private ImmutableDictionary<IPNetwork, PolicyGroup> _withheld = ImmutableDictionary<IPNetwork, PolicyGroup>.Empty;
    private PolicyView? _newest;

    /// <summary>What is to be published; null before <see cref="Of"/> was asked.</summary>
    public PolicyView? View { get; private set; }

    /// <summary>Somebody may still have what <see cref="View"/> has taken away.</summary>
    public bool IsOpen => _former.Count > 0;

    /// <summary>Every node has what was published last.</summary>
    public void Arrived() => _former.Clear();

    /// <returns>What is to be published in the place of a view.</returns>
    public PolicyView Of(PolicyView newest)
    {
        if (View is not null && ReferenceEquals(newest, _newest))
        {
            return View;
        }

        _withheld = Next(newest.Owners);
        _newest = newest;
        return View = _withheld.IsEmpty ? newest : new PolicyView(newest.Snapshot, _withheld);
    }

    /// <returns>Whether there is another <see cref="View"/> now, without a newer snapshot.</returns>
    public bool Proceeds()
    {
        if (_newest is null || Next(_newest.Owners) is var withheld && Same(withheld, _withheld))
        {
            return false;
        }

        _withheld = withheld;
        View = withheld.IsEmpty ? _newest : new PolicyView(_newest.Snapshot, withheld);
        return true;
    }

    /// <summary>To be published: these owners, but for the addresses that are returned.</summary>
    /// <param name="owners">Of all addresses.</param>
    /// <returns>Addresses that must be nobody's yet, with their former owners.</returns>
    internal ImmutableDictionary<IPNetwork, PolicyGroup> Next(ImmutableDictionary<IPNetwork, PolicyGroup> owners)
    {
        foreach (var (address, former) in _former.ToList())
        {
            if (time.GetElapsedTime(former.Since) >= patience)
            {
                _former.Remove(address);
            }
        }

        // Also of those that have no owner now: they may get another before all have heard that they lost one.
        foreach (var (address, owner) in _granted)
        {
            if (!owners.TryGetValue(address, out var now) || now != owner)
            {
                _former[address] = (owner, time.GetTimestamp());
            }
        }

        var withheld = _former.Where(f => owners.TryGetValue(f.Key, out var now) && now != f.Value.Owner)
            .ToImmutableDictionary(f => f.Key, f => f.Value.Owner);
        _granted = owners.RemoveRange(withheld.Keys);
        return withheld;
    }

    private static bool Same(
        ImmutableDictionary<IPNetwork, PolicyGroup> one, ImmutableDictionary<IPNetwork, PolicyGroup> other) =>
        one.Count == other.Count && one.All(o => other.TryGetValue(o.Key, out var owner) && owner == o.Value);
}
