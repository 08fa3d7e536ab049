namespace Jumpgate.Agent.Explain;

/// <summary>The verdict and how it came about.</summary>
/// <param name="Verdict">ALLOWED, DENIED (by L7), DROPPED (by L3/L4) or AUDIT.</param>
/// <param name="Rule">Deciding rule with file and line; null where a default decided.</param>
/// <param name="DecidedIn"><c>kernel</c> or <c>proxy</c>.</param>
/// <param name="Target">The normalised target that is judged and forwarded, where a request was asked about.</param>
/// <param name="Client">
/// What the client sees where the proxy answers in the server's place: a status, or what ends the request.
/// </param>
public sealed record ExplainAnswer(
    string Verdict, string Reason, string? Rule, string DecidedIn, ExplainParty From, ExplainParty To,
    string Egress, string Ingress, string? Target, string? Client)
{
    public bool IsAllowed => Verdict is "ALLOWED" or "AUDIT";

    /// <summary>Who decides this request where lanes are on and its connection is kept: the kernel, or the proxy and
    /// why. Null where nobody has to.</summary>
    public string? Lane { get; init; }

    /// <summary>Of a Kafka request: each topic, and the rule that covers it.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>What reading the documents warned about.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

public sealed record ExplainParty(string Name, uint Identity, IReadOnlyList<string> Labels);
