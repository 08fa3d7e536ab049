namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>What a client said of one operation.</summary>
/// <param name="Error">The client's own name of what went wrong.</param>
/// <param name="Code">Kafka's number of it; 0 or less where it is not Kafka's.</param>
/// <param name="Ms">How long the client took, its own waits and retries included.</param>
internal sealed record KafkaAnswer(
    bool Ok, int Count, IReadOnlyList<string>? Values, string? Error, int Code, string? Detail, long Ms)
{
    public override string ToString() => Ok ? $"ok in {Ms} ms" : $"{Error} ({Code}) in {Ms} ms: {Detail}";
}
