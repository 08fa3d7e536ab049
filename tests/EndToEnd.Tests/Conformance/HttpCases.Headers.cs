namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string Spellings =
        "`Name: value`, `Name value`, `Name:value`, or `Name` (presence): the first colon or space ends the name";
    private const string NamesAndValues = "Names compare without case, values exactly";
    private const string Repeated = "A repeated header is compared as its values joined with a comma";
    private const string Mismatch = "`mismatch` of LOG, ADD, DELETE (all of them), REPLACE; none = the rule fails";
    private const string ActionsOfMatching = "Actions run only for rules whose method, path, host and headers matched";
    private const string Unreadable =
        "A secret that cannot be read: the `value` written beside it, else the rule fails, whatever the mismatch word";
    private const string AndOr = "Fields in one rule are ANDed, rules ORed";

    private static IEnumerable<ConformanceCase> HeaderLists =>
    [
        Allowed("headers colon and blank", Spellings, "[ { headers: ['X-A: 1 2'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 1 2" },
        Allowed("headers colon alone", Spellings, "[ { headers: ['X-A:1'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 1" },
        Allowed("headers blank alone", Spellings, "[ { headers: ['X-A 1'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 1" },
        Allowed("headers colon in the value", Spellings, "[ { headers: ['X-A 1:2'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 1:2" },
        Allowed("headers presence", Spellings, "[ { headers: ['X-A'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: any" },
        Allowed("headers presence of an empty one", Spellings, "[ { headers: ['X-A'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A:" },
        Denied("headers absent", Spellings, "[ { headers: ['X-A'] } ]", "GET /"),
        Denied("headers other value", Spellings, "[ { headers: ['X-A:1'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 2" },
        Allowed("headers name in another case", NamesAndValues, "[ { headers: ['X-A:1'] } ]", "GET /")
            with { Headers = "Host: a\r\nx-a: 1" },
        Denied("headers value in another case", NamesAndValues, "[ { headers: ['X-A: v'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: V" },
        Denied("headers value matched in part", NamesAndValues, "[ { headers: ['X-A: v'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: vv" },
        Denied("headers value is no expression", NamesAndValues, "[ { headers: ['X-A: .*'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Allowed("headers blanks trimmed", "exact value, surrounding blanks trimmed",
            "[ { headers: ['X-A:   v  '] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: \t v \t" },
        Allowed("headers repeated", Repeated, "[ { headers: ['X-A: 1,2'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 1\r\nx-a: 2" },
        Denied("headers repeated is not its first", Repeated, "[ { headers: ['X-A: 1'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 1\r\nX-A: 2" },
        Denied("headers repeated is not its last", Repeated, "[ { headers: ['X-A: 1'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 2\r\nX-A: 1" },
        Denied("headers repeated in another order", Repeated, "[ { headers: ['X-A: 1,2'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-A: 2\r\nX-A: 1" },
        Denied("headers all of them", AndOr, "[ { headers: ['X-A', 'X-B'] } ]", "GET /")
            with { Headers = "Host: a\r\nX-B: 1" },
        Denied("fields ANDed", AndOr, "[ { method: GET, path: /a, headers: ['X-A'] } ]", "GET /a"),
        Denied("fields of two rules are not mixed", AndOr,
            "[ { method: GET, path: /a }, { method: PUT, path: /b } ]", "PUT /a"),
        Allowed("rules ORed", AndOr, "[ { method: GET, path: /a }, { method: PUT, path: /b } ]", "PUT /b"),
    ];

    private static IEnumerable<ConformanceCase> HeaderMatches =>
    [
        Allowed("headerMatches equal", Mismatch, Matches("name: X-A, value: v"), "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Denied("headerMatches without a word", Mismatch, Matches("name: X-A, value: v"), "GET /")
            with { Headers = "Host: a\r\nX-A: w" },
        Denied("headerMatches without a word, absent", Mismatch, Matches("name: X-A, value: v"), "GET /"),
        Allowed("headerMatches LOG", Mismatch, Matches("name: X-A, value: v, mismatch: LOG"), "GET /")
            with { Headers = "Host: a\r\nX-A: w" },
        Allowed("headerMatches ADD", Mismatch, Matches("name: X-A, value: v, mismatch: ADD"), "GET /")
            with { Headers = "Host: a\r\nX-A: w\r\nX-B: 1",
                Forwarded = "GET / HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nX-A: w\r\nX-A: v" },
        Allowed("headerMatches ADD, absent", Mismatch, Matches("name: X-A, value: v, mismatch: ADD"), "GET /")
            with { Forwarded = "GET / HTTP/1.1\r\nHost: server\r\nX-A: v" },
        Allowed("headerMatches ADD, equal", Mismatch, Matches("name: X-A, value: v, mismatch: ADD"), "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Allowed("headerMatches DELETE", Mismatch, Matches("name: X-A, value: v, mismatch: DELETE"), "GET /")
            with { Headers = "Host: a\r\nX-A: w\r\nX-B: 1\r\nx-a: v",
                Forwarded = "GET / HTTP/1.1\r\nHost: a\r\nX-B: 1" },
        Allowed("headerMatches REPLACE", Mismatch, Matches("name: X-A, value: v, mismatch: REPLACE"), "GET /")
            with { Headers = "Host: a\r\nX-A: w\r\nX-A: u", Forwarded = "GET / HTTP/1.1\r\nHost: a\r\nX-A: v" },
        Allowed("headerMatches REPLACE, absent", Mismatch, Matches("name: X-A, value: v, mismatch: REPLACE"), "GET /")
            with { Forwarded = "GET / HTTP/1.1\r\nHost: server\r\nX-A: v" },
        Allowed("actions of another rule", ActionsOfMatching,
            "[ { path: /a, headerMatches: [ { name: X-A, value: v, mismatch: REPLACE } ] }, { path: /b } ]", "GET /b")
            with { Headers = "Host: a\r\nX-A: w" },
        Denied("actions of a rule that does not match", ActionsOfMatching,
            "[ { method: GET, path: /a, headerMatches: [ { name: X-A, value: v, mismatch: ADD } ] } ]", "PUT /a"),
    ];

    private static IEnumerable<ConformanceCase> Secrets =>
    [
        Allowed("secret equal", "`name`, `value` and/or secret", Matches(Present), "GET /")
            with { Headers = $"Host: a\r\nX-A: {Secret}" },
        Denied("secret other", "`name`, `value` and/or secret", Matches(Present), "GET /")
            with { Headers = "Host: a\r\nX-A: w" },
        Denied("secret before the value", "`name`, `value` and/or secret", Matches($"{Present}, value: v"), "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Allowed("secret REPLACE", Mismatch, Matches($"{Present}, mismatch: REPLACE"), "GET /")
            with { Headers = "Host: a\r\nX-A: w", Forwarded = $"GET / HTTP/1.1\r\nHost: a\r\nX-A: {Secret}" },
        Allowed("secret missing, value", Unreadable, Matches($"{Missing}, value: v"), "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Denied("secret missing, other value", Unreadable, Matches($"{Missing}, value: v"), "GET /")
            with { Headers = "Host: a\r\nX-A: w" },
        Denied("secret missing", Unreadable, Matches(Missing), "GET /") with { Headers = "Host: a\r\nX-A: v" },
        Denied("secret missing, LOG", Unreadable, Matches($"{Missing}, mismatch: LOG"), "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Denied("secret missing, DELETE", Unreadable, Matches($"{Missing}, mismatch: DELETE"), "GET /")
            with { Headers = "Host: a\r\nX-A: v" },
        Allowed("secret missing, value, REPLACE", Unreadable,
            Matches($"{Missing}, value: v, mismatch: REPLACE"), "GET /")
            with { Headers = "Host: a\r\nX-A: w", Forwarded = "GET / HTTP/1.1\r\nHost: a\r\nX-A: v" },
    ];

    private const string Present = "name: X-A, secret: { namespace: default, name: token, key: key }";
    private const string Missing = "name: X-A, secret: { namespace: default, name: missing, key: key }";

    private static string Matches(string element) =>
        $"[ {{ method: GET, path: /.*, headerMatches: [ {{ {element} }} ] }} ]";
}
