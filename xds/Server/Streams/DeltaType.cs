using Envoy.Service.Discovery.V3;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>A type in the incremental protocol.</summary>
internal sealed class DeltaType(XdsType type, TimeProvider time) : TypeState(type, time)
{
    private readonly NameSet _tellState = new();
    private bool _seen;

    /// <summary>
    /// What a client says it has is kept where it names it too, which counts as one name, or wants all: what is not
    /// there any more, or never was, then goes with the answer that says so.
    /// </summary>
    public override Amount Held => base.Held + new Amount(_tellState.Count, _tellState.Length)
        + Known.Told with { Names = Subscription.IsWildcard ? Known.Told.Names : 0 };

    protected override bool SendsRemovals => true;

    /// <summary>Subscriptions count whatever the nonce is; only the answer to a response is bound to it.</summary>
    public void Accept(DeltaDiscoveryRequest request)
    {
        if (request.ResponseNonce.Length > 0 && Nonce is not null)
        {
            if (request.ResponseNonce == Nonce)
            {
                Answered(request.ErrorDetail);
            }
            else
            {
                StaleRequests++;
            }
        }

        var first = !_seen;
        _seen = true;
        if (first)
        {
            foreach (var (name, version) in request.InitialResourceVersions)
            {
                Known.HasVersion(name, version);
            }

            Subscription.Begin(request.ResourceNamesSubscribe.Count == 0);
        }

        foreach (var name in request.ResourceNamesUnsubscribe)
        {
            Unsubscribe(name);
        }

        foreach (var name in request.ResourceNamesSubscribe)
        {
            Subscription.Add(name);
            IsOwed |= name == Subscription.Wildcard;
            _tellState.Remove(name);
            if (!first)
            {
                // The client may have dropped what it names again.
                Known.Forget(name);
            }
        }

        foreach (var name in Subscription.IsWildcard ? [] : Known.Names.Where(n => !Subscription.Wants(n)).ToList())
        {
            Known.Forget(name);
        }

        IsOwed |= first && Subscription.IsWildcard;
        SubscriptionChanged();
    }

    protected override bool TellsAbsence(Plan plan) => plan.Absent.Count > 0 || _tellState.Count > 0;

    protected override Content Compose(Plan plan, bool removals)
    {
        foreach (var resource in plan.Changed)
        {
            Known.Has(resource);
        }

        var removed = plan.Absent.Concat(removals ? plan.Removed : [])
            .Concat(_tellState.Where(n => !plan.Set.ByName.ContainsKey(n))).Distinct(StringComparer.Ordinal)
            .Order().ToList();
        _tellState.Clear();
        foreach (var name in removed)
        {
            if (Subscription.Names.Contains(name))
            {
                Known.IsAbsent(name);
            }
            else
            {
                Known.Forget(name);
            }
        }

        if (Subscription.IsWildcard && Subscription.Names.Count == 0 && Known.Count == plan.Set.Resources.Length)
        {
            Known.Has(plan.Set);
        }

        return new Content(plan.Set.Version, plan.Changed, removed);
    }

    /// <summary>
    /// Who has all and stops naming one drops it, and hears from us whether it is among all (Envoy: xds_protocol,
    /// "Unsubscribing from resources").
    /// </summary>
    private void Unsubscribe(string name)
    {
        Subscription.Remove(name);
        if (Subscription.IsWildcard && name != Subscription.Wildcard)
        {
            Known.Forget(name);
            _tellState.Add(name);
        }
    }
}
