using System.Net;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

public sealed class HttpManagerTests
{
    private const string Type = "type.googleapis.com/envoy.extensions.filters.http";
    private const string Rbac = $"{Type}.rbac.v3.RBAC";
    private const string PerRoute = $"{Type}.rbac.v3.RBACPerRoute";
    private const string Router = $$"""{"name": "router", "typedConfig": {"@type": "{{Type}}.router.v3.Router"} }""";
    private const string All =
        """{"action": "ALLOW", "policies": {"p": {"permissions": [{"any": true}], "principals": [{"any": true}]}}}""";
    private const string None = """{"action": "ALLOW"}""";
    private const string OnlyGet = """
        {"action": "ALLOW", "policies": {"p": {"permissions": [{"header": {"name": ":method", "stringMatch": {"exact": "GET"}}}], "principals": [{"any": true}]}}}
        """;

    [Theory]
    [InlineData("GET", EnvoyOutcome.Forwarded)]
    [InlineData("POST", EnvoyOutcome.Answered)]
    public void Rules_OfTheFilter_Decide(string method, EnvoyOutcome outcome)
    {
        var verdict = Judge(Filters($$""" "rules": {{OnlyGet}} """), method);

        Assert.Equal(outcome, verdict.Outcome);
        Assert.Equal(outcome == EnvoyOutcome.Answered ? 403 : 0, verdict.Status);
    }

    [Fact]
    public void Filter_WithoutRules_EnforcesNothing() =>
        Assert.Equal(EnvoyOutcome.Forwarded, Judge(Filters(""), "GET").Outcome);

    [Fact]
    public void Rules_PresentAndEmpty_Deny() => Assert.Equal(403, Judge(Filters(""" "rules": {} """), "GET").Status);

    [Fact]
    public void ShadowRules_ThatDeny_AreOnlySeen()
    {
        var verdict = Judge(Filters($$""" "rules": {{All}}, "shadowRules": {{None}} """), "GET");

        Assert.Equal((EnvoyOutcome.Forwarded, true), (verdict.Outcome, verdict.ShadowDenied));
    }

    [Fact]
    public void Filters_InOrder_TheFirstThatDeniesAnswers()
    {
        var filters = $$"""
            {"name": "one", "typedConfig": {"@type": "{{Rbac}}", "rules": {{All}} } }, {"name": "two", "typedConfig": {"@type": "{{Rbac}}", "rules": {} } },
            {"name": "three", "typedConfig": {"@type": "{{Rbac}}", "rules": {} } }, {{Router}}
            """;

        Assert.Equal("two", Judge(filters, "GET").By);
    }

    [Theory]
    // The route's rules take the place of the filter's, under the filter's name only; without rules the filter is off
    // there.
    [InlineData("rbac", $$""" "rbac": {"rules": {{All}} } """, EnvoyOutcome.Forwarded)]
    [InlineData("other", $$""" "rbac": {"rules": {{All}} } """, EnvoyOutcome.Answered)]
    [InlineData("rbac", "", EnvoyOutcome.Forwarded)]
    public void PerRoute_Override_AppliesByTheFiltersName(string name, string config, EnvoyOutcome outcome)
    {
        var comma = config.Length > 0 ? "," : string.Empty;
        var over = $$"""
            , "typedPerFilterConfig": {"{{name}}": {"@type": "{{PerRoute}}"{{comma}} {{config}} } }
            """;

        Assert.Equal(outcome, Judge(Filters(""" "rules": {} """), "GET", over: over).Outcome);
    }

    [Theory]
    [InlineData("/v1/a", "one")]
    [InlineData("/v1", "exact")]
    [InlineData("/v1?q", "exact")]
    [InlineData("/v2/7?q", "regex")]
    [InlineData("/v2/7/8", "rest")]
    public void Routes_TheFirstThatMatches(string path, string route)
    {
        var routes = new[]
        {
            Named("exact", """{"path": "/v1"}"""), Named("one", """{"prefix": "/v1"}"""),
            Named("regex", """{"safeRegex": {"regex": "/v2/[0-9]"}}"""), Named("rest", """{"prefix": ""}"""),
        };

        Assert.Equal(route, Judge(Router, "GET", path, routes: string.Join(',', routes)).By);
    }

    [Theory]
    [InlineData("a.test", "exact")]
    [InlineData("A.TEST", "exact")]
    [InlineData("b.a.test", "suffix")]
    [InlineData(".a.test", "any")]
    [InlineData("pre.x", "prefix")]
    [InlineData("a.test:80", "any")]
    public void VirtualHosts_ByExactSuffixPrefixAny(string authority, string host)
    {
        string[] hosts = [.. new[] { ("any", "*"), ("prefix", "pre.*"), ("suffix", "*.a.test"), ("exact", "a.test") }
            .Select(h => $$"""{"name": "{{h.Item1}}", "domains": ["{{h.Item2}}"]}""")];
        var routing =
            new Routing(RouteConfiguration.Parser.ParseJson($$"""{"virtualHosts": [{{string.Join(',', hosts)}}]}"""));

        Assert.Equal(host, routing.Find(new EnvoyRequest("GET", "/", authority, [])).Host?.Name);
    }

    [Theory]
    [InlineData("GET", "/", false, "", 403, null, "no\n")]
    [InlineData("POST", "/", true, "application/grpc+proto", 200, 7, "denied")]
    [InlineData("POST", "/a%2fb", true, "application/grpc", 200, 13, "")]
    [InlineData("GET", "/a%2fb", false, "", 307, null, "")]
    [InlineData("GET", "/a#b", false, "", 400, null, "")]
    [InlineData("FROB", "/", false, "", 400, null, "")]
    [InlineData("FROB", "/", true, "", 403, null, "no\n")]
    [InlineData("OPTIONS", "*", false, "", 404, null, "")]
    [InlineData("CONNECT", "a.test:80", false, "", 403, null, "no\n")]
    public void LocalReply_OfEachKind_AsTheMapperSays(
        string method, string target, bool http2, string type, int status, int? grpc, string body)
    {
        const string replies = """
            , "localReplyConfig": {"mappers": [
              {"filter": {"andFilter": {"filters": [
                {"statusCodeFilter": {"comparison": {"op": "EQ", "value": {"defaultValue": 403, "runtimeKey": "k"}}}},
                {"headerFilter": {"header": {"name": "content-type", "stringMatch": {"prefix": "application/grpc"}}}}]}}, "body": {"inlineString": "denied"}},
              {"filter": {"statusCodeFilter": {"comparison": {"op": "EQ", "value": {"defaultValue": 403, "runtimeKey": "k"}}}}, "body": {"inlineString": "no\n"}}]}
            """;

        var verdict = Judge(Filters(""" "rules": {} """), method, target, more: replies, http2: http2, type: type);

        Assert.Equal((status, grpc, body), (verdict.Status, verdict.GrpcStatus, verdict.Body));
    }

    [Theory]
    [InlineData(
        """{"name": "lua", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"}}""", "")]
    [InlineData("", "")]
    [InlineData(Router, """, "xffNumTrustedHops": 1""")]
    [InlineData(Router, """, "stripAnyHostPort": true""")]
    public void Manager_ThatIsNotModelled_Throws(string filters, string more) =>
        Assert.Throws<NotModelledException>(() => Judge(filters, "GET", more: more));

    [Fact]
    public void AbsoluteForm_ItsAuthorityTakesHostsPlace() =>
        Assert.Equal("/b?c", Judge(Filters("""
            "rules": {"policies": {"p": {"permissions": [{"header": {"name": ":authority", "stringMatch": {"exact": "x:81"}}}], "principals": [{"any": true}]}}}
            """), "GET", "http://x:81/a/../b?c").Path);

    private static string Filters(string rbac) =>
        $$"""{"name": "rbac", "typedConfig": {"@type": "{{Rbac}}"{{(rbac.Length > 0 ? "," : "")}} {{rbac}} } }, {{Router}}""";

    private static string Named(string name, string match) =>
        $$"""{"name": "{{name}}", "match": {{match}}, "route": {"cluster": "c"} }""";

    private static EnvoyVerdict Judge(
        string filters, string method, string target = "/", string? routes = null, string over = "", string more = "",
        bool http2 = false, string type = "")
    {
        routes ??= $$"""{"name": "r", "match": {"prefix": ""}, "route": {"cluster": "c"}{{over}} }""";
        var json = $$"""
            {"statPrefix": "s", "useRemoteAddress": true, "skipXffAppend": true, "generateRequestId": false, "normalizePath": true, "mergeSlashes": true,
             "pathWithEscapedSlashesAction": "UNESCAPE_AND_REDIRECT", "httpFilters": [{{filters}}],
             "routeConfig": {"virtualHosts": [{"name": "v", "domains": ["*"], "routes": [{{routes}}]}]}{{more}} }
            """;
        var parser = new JsonParser(JsonParser.Settings.Default.WithTypeRegistry(Resources.EnvoyTypes.Registry));
        return new HttpManager(parser.Parse<HttpConnectionManager>(json), _ => null).Judge(
            new DownstreamConnection(IPEndPoint.Parse("10.0.0.1:5"), IPEndPoint.Parse("10.0.0.2:80")),
            new ClientRequest(method, target, "a.test", type.Length > 0 ? [("content-type", type)] : [], http2));
    }
}
