using System.Collections.Concurrent;
using System.Collections.Immutable;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Tests.Support;

internal delegate HttpDecision Judge(in HttpRequestView request);

/// <summary>
/// A policy that a test writes as a function; keeps what it was asked. Denies <c>/denied...</c> by default.
/// </summary>
internal sealed class TestPolicy : IRequestPolicy, IConnectionPolicySource
{
    private readonly ConcurrentQueue<string> _judged = new();

    public static HttpDecision Allowed { get; } = Of(HttpVerdict.Allowed);

    public static HttpDecision Denied { get; } = Of(HttpVerdict.Denied);

    public Judge Judge { get; set; } = static (in HttpRequestView request) =>
        request.Target.StartsWith("/denied", StringComparison.Ordinal) || request.Target.StartsWith("/jumpgate.Denied")
            ? Denied
            : Allowed;

    /// <summary><c>METHOD target authority</c> of every request judged, in order.</summary>
    public IReadOnlyCollection<string> Judged => _judged;

    public ulong Revision => 1;

    public bool HasHttpRules { get; set; } = true;

    public IRequestPolicy Current => this;

    public static HttpDecision Of(HttpVerdict verdict, params HeaderMutation[] mutations) =>
        new(verdict, null, [.. mutations], ImmutableArray<string>.Empty);

    public HttpDecision Decide(in HttpRequestView request)
    {
        _judged.Enqueue($"{request.Method} {request.Target} {request.Authority}");
        return Judge(request);
    }
}
