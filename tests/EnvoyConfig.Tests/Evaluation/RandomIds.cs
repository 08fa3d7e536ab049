namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// Who of the parties has a SPIFFE ID: of its own, shared with another, of another trust domain, or none.
/// </summary>
internal static class RandomIds
{
    public const string Other = "spiffe://example.org/ns/t/sa/other";

    public static IReadOnlyDictionary<string, string> Next(Random random) => ((string[])["alpha", "beta", "gamma"])
        .Select(name => (name, id: random.Next(8) switch
        {
            0 => null,
            1 => "spiffe://example.org/ns/t/sa/shared",
            2 => $"spiffe://elsewhere.test/{name}",
            _ => $"spiffe://example.org/ns/t/sa/{name}",
        }))
        .Where(p => p.id is not null).ToDictionary(p => p.name, p => p.id!);
}
