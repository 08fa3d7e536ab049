using Jumpgate.Policy.Http;

namespace Jumpgate.Policy.Snapshots;

/// <summary>Both directions' decisions for one connection, of one snapshot. Immutable; a request reads the reference once.</summary>
public sealed record ConnectionPolicy(ulong Revision, L4Decision Egress, L4Decision Ingress) : IRequestPolicy
{
    /// <summary>The stricter of both: a drop on either side comes before any L7 answer.</summary>
    public L4Verdict Verdict =>
        IsDrop(Egress.Verdict) ? Egress.Verdict
        : IsDrop(Ingress.Verdict) ? Ingress.Verdict
        : Egress.Verdict == L4Verdict.Redirect || Ingress.Verdict == L4Verdict.Redirect ? L4Verdict.Redirect
        : L4Verdict.Allow;

    /// <summary>True where at least one direction has HTTP rules to ask.</summary>
    public bool HasHttpRules => Egress.Http is not null || Ingress.Http is not null;

    /// <summary>Asks the sender's rules, then the receiver's; both must allow, and both directions' header actions apply in that order.</summary>
    public HttpDecision Decide(in HttpRequestView request) => throw new NotImplementedException();

    private static bool IsDrop(L4Verdict verdict) => verdict is L4Verdict.Deny or L4Verdict.DefaultDeny or L4Verdict.None;
}
