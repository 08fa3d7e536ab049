using System.Net;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>A request that reached a broker, whatever was answered.</summary>
/// <param name="From">The peer's address as the broker sees it.</param>
/// <param name="Topics">Names, ids resolved to them; an id nobody knows stays an id.</param>
public sealed record Arrival(
    int Node,
    string Api,
    short Version,
    string? ClientId,
    IPEndPoint From,
    IReadOnlyList<string> Topics,
    IReadOnlyList<string> Groups,
    IReadOnlyList<string> TransactionalIds)
{
    public override string ToString() =>
        $"node {Node} {From} {ClientId ?? "-"} {Api} v{Version} topics [{string.Join(' ', Topics)}]"
        + $" groups [{string.Join(' ', Groups)}] txns [{string.Join(' ', TransactionalIds)}]";
}
