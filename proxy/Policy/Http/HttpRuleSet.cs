namespace Jumpgate.Policy.Http;

/// <summary>The united HTTP rules of one (subject, peer, port, direction). Immutable, shared between connections.</summary>
public sealed class HttpRuleSet
{
    public HttpDecision Decide(in HttpRequestView request) => throw new NotImplementedException();
}
