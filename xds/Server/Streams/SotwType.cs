using Envoy.Service.Discovery.V3;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>A type in the state-of-the-world protocol.</summary>
internal sealed class SotwType(XdsType type, TimeProvider time) : TypeState(type, time)
{
    protected override bool SendsRemovals => Type.IsWhole;

    /// <returns>False for a stale request, which changes nothing: the client will answer the newer response, with its
    /// newest names.</returns>
    public bool Accept(DiscoveryRequest request)
    {
        // A nonce before the first response is another stream's. None after it comes from a client that has accepted
        // nothing yet.
        if (Nonce is not null && request.ResponseNonce.Length > 0 && request.ResponseNonce != Nonce)
        {
            StaleRequests++;
            return false;
        }

        var first = Nonce is null && !_seen;
        _seen = true;
        if (Nonce is not null && request.ResponseNonce == Nonce)
        {
            Answered(request.ErrorDetail);
        }
        else if (Nonce is not null)
        {
            AnswerIsForgotten();
            Known.Clear();
            first = true;
        }

        var more = Subscription.Replace(request.ResourceNames);
        foreach (var name in Subscription.IsWildcard ? [] : Known.Names.Where(n => !Subscription.Wants(n)).ToList())
        {
            // What is named again later is sent again, whatever its version.
            Known.Forget(name);
        }

        // Only a type whose responses are complete can say "there is none": the others stay silent until there is one.
        IsOwed |= Type.IsWhole && (more || (first && Subscription.IsWildcard));
        SubscriptionChanged();
        return true;
    }

    private bool _seen;

    protected override bool TellsAbsence(Plan plan) => false;

    protected override Content Compose(Plan plan, bool removals)
    {
        if (!Type.IsWhole)
        {
            Note(plan.Changed);
            // The client keeps what is gone; should it come back, it is sent again.
            foreach (var name in plan.Removed)
            {
                Known.Forget(name);
            }

            return new Content(plan.Set.Version, plan.Changed, []);
        }

        var kept = removals ? [] : plan.Removed.Select(Known.ResourceOf).OfType<XdsResource>().ToList();
        if (kept.Count == 0 && Subscription.IsWildcard)
        {
            Known.Has(plan.Set);
            return new Content(plan.Set.Version, plan.Set.Resources, []);
        }

        var all = plan.Set.Resources.Where(r => Subscription.Wants(r.Name)).Concat(kept).ToList();
        foreach (var name in removals ? plan.Removed : [])
        {
            Known.Forget(name);
        }

        Note(all);
        return new Content(kept.Count == 0 ? plan.Set.Version : XdsResource.HashOf(all), all, []);
    }

    private void Note(IEnumerable<XdsResource> resources)
    {
        foreach (var resource in resources)
        {
            Known.Has(resource);
        }
    }
}
