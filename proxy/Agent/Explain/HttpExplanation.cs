using Jumpgate.Policy.Http;

namespace Jumpgate.Agent.Explain;

/// <summary>What an HTTP parser and the rules say to one request.</summary>
/// <param name="Refusal">Why no rule was asked, or why an allowed request is not forwarded; null otherwise.</param>
/// <param name="Client">What the client sees in place of the server's answer; null where it is forwarded.</param>
internal readonly record struct HttpExplanation(
    string Method, string? Target, HttpDecision Decision, string? Refusal, string? Client)
{
    /// <summary>The head as it would arrive; null where it is not HTTP/1.1's.</summary>
    public byte[]? Head { get; init; }
}
