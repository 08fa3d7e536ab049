namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>The table: sentences of the specification, in its order.</summary>
internal static partial class HttpCases
{
    /// <summary>What the secret <c>default/token</c> holds.</summary>
    public const string Secret = "s3cr3t";

    private const string GetV1 = "[ { method: GET, path: '/v1/.*' } ]";

    public static IEnumerable<ConformanceCase> All =>
    [
        .. Expressions, .. HeaderLists, .. HeaderMatches, .. Secrets, .. Targets, .. Malformed, .. Layers,
        .. BothSides, .. Bodies,
        .. ForeignHeaders, .. Audit,
    ];

    private static ConformanceCase Allowed(string name, string sentence, string rules, string request) =>
        new() { Name = name, Sentence = sentence, Rules = rules, Request = request, Verdict = "ALLOWED", Status = 200 };

    private static ConformanceCase Denied(
        string name, string sentence, string rules, string request, int status = 403) =>
        new()
        {
            Name = name,
            Sentence = sentence,
            Rules = rules,
            Request = request,
            Verdict = "DENIED",
            Status = status
        };
}
