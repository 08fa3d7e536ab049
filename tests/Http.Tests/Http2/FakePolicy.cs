using Jumpgate.Http.Connections;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Tests.Http2;

internal delegate HttpDecision Judge(in HttpRequestView request);

internal sealed class FakePolicy(ulong revision, Judge judge) : IRequestPolicy
{
    public ulong Revision => revision;

    public bool HasHttpRules { get; init; } = true;

    public HttpDecision Decide(in HttpRequestView request) => judge(request);

    public static HttpDecision Allow(params HeaderMutation[] mutations) =>
        new(HttpVerdict.Allowed, null, [.. mutations], []);

    public static HttpDecision Deny() => new(HttpVerdict.Denied, null, [], []);

    public static FakePolicy AllowAll { get; } = new(1, (in HttpRequestView _) => Allow());

    /// <summary>Denies every target that contains the word <c>denied</c>, in any case.</summary>
    public static FakePolicy ByTarget { get; } = new(
        1,
        (in HttpRequestView r) => r.Target.Contains("denied", StringComparison.OrdinalIgnoreCase) ? Deny() : Allow());
}

internal sealed class FakePolicySource(IRequestPolicy policy) : IConnectionPolicySource
{
    private volatile IRequestPolicy _current = policy;

    public IRequestPolicy Current
    {
        get => _current;
        set => _current = value;
    }
}
