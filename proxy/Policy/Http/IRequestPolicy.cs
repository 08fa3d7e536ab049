namespace Jumpgate.Policy.Http;

/// <summary>What an HTTP filter asks: the rules for one connection, of one snapshot.</summary>
public interface IRequestPolicy
{
    ulong Revision { get; }

    /// <summary>False: no L7 rules, bytes pass in both directions and nothing is parsed.</summary>
    bool HasHttpRules { get; }

    HttpDecision Decide(in HttpRequestView request);
}
