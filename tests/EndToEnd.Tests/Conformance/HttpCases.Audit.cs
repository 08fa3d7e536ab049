namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string AuditMode =
        "Audit mode per document, L3/L4 and L7: forwarded, recorded as AUDIT with the rule that failed";
    private const string NoExcuse =
        "A document in audit never excuses what an enforced one denies; its allow rules count as allows";

    private static IEnumerable<ConformanceCase> Audit =>
    [
        Allowed("audit, allowed", AuditMode, InAudit(L7("GET", Empire)), "GET /") with { To = "stranger" },
        Audited("audit, denied by L7", AuditMode, InAudit(L7("GET", Empire)), "PUT /") with { To = "stranger" },
        Denied("audit, a malformed request", BadRequest, InAudit(L7("GET", Empire)), "GET /a#b", 400)
            with { To = "stranger" },
        Denied("audit, an escaped slash", EscapedSlash, InAudit(L7("GET", Empire)), "GET /a%2Fb", 307)
            with { To = "stranger", Location = "/a/b" },
        Audited("audit, another port", AuditMode, InAudit(L7("GET", Empire)), "GET /")
            with { To = "stranger", PortOffset = 1 },
        Denied("audit beside an enforced one", NoExcuse,
            L7("GET", Empire) + "---\n" + InAudit(L7("PUT", Empire)), "POST /"),
        Allowed("audit beside an enforced one, its allow", NoExcuse,
            L7("GET", Empire) + "---\n" + InAudit(L7("PUT", Empire)), "PUT /"),
        Dropped("audit beside an enforced one, another port", NoExcuse,
            L7("GET", Empire) + "---\n" + InAudit(L7("PUT", Empire)), "PUT /")
            with { PortOffset = 1 },
    ];

    private static string InAudit(string spec) => "# audit\n" + spec;

    private static ConformanceCase Audited(string name, string sentence, string rules, string request) =>
        new() { Name = name, Sentence = sentence, Rules = rules, Request = request, Verdict = "AUDIT", Status = 200 };
}
