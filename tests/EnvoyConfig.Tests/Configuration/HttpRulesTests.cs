using Envoy.Config.Rbac.V3;
using Jumpgate.EnvoyConfig.Rbac;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

public class HttpRulesTests
{
    private static RbacRules Compile(string http, HttpForm form = HttpForm.Envoy) => RbacCompiler.Http(Scene.With($$"""
        ingress:
          - fromEndpoints: [{ matchLabels: { org: empire } }]
            toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: {{http}} } }]
        """).Ingress(), 80, form);

    private static List<Permission> Conditions(string rule, HttpForm form = HttpForm.Envoy)
    {
        var permission = Compile($"[{rule}]", form).Allow.Policies.Values.Single().Permissions.Single();
        return permission.RuleCase == Permission.RuleOneofCase.AndRules ? [.. permission.AndRules.Rules] : [permission];
    }

    [Fact]
    public void Http_PathExpression_IsTheWholePathAndQueryOfTheRequest()
    {
        var header = Conditions("{ path: '/v1/.*' }")[1].Header;

        Assert.Equal((":path", "/v1/.*"), (header.Name, header.StringMatch.SafeRegex.Regex));
        Assert.False(header.StringMatch.IgnoreCase);
    }

    [Fact]
    public void Http_MethodAndHost_AreTheirPseudoHeaders()
    {
        var headers = Conditions("{ method: GET, host: 'death\\.star(:80)?' }").Select(c => c.Header).ToList();

        Assert.Equal((":method", "GET"), (headers[0].Name, headers[0].StringMatch.Exact));
        Assert.Equal((":authority", "death\\.star(:80)?"), (headers[1].Name, headers[1].StringMatch.SafeRegex.Regex));
    }

    [Theory]
    [InlineData("/v1/", true)]
    [InlineData("/v1.", false)]
    [InlineData("/v1/?", false)]
    [InlineData("(?i)/v1", false)]
    public void Http_PathOfPlainCharacters_IsComparedAsText(string path, bool isText) =>
        Assert.Equal(isText, Conditions($"{{ path: '{path}' }}")[1].Header.StringMatch.HasExact);

    [Fact]
    public void Http_RuleWithoutMethod_DoesNotGrantConnect()
    {
        var method = Conditions("{ path: / }")[0].NotRule.Header;

        Assert.Equal((":method", "CONNECT"), (method.Name, method.StringMatch.Exact));
    }

    [Fact]
    public void Http_EmptyRuleList_AllowsAllButConnect() =>
        Assert.Equal("CONNECT",
            Compile("[]").Allow.Policies.Values.Single().Permissions.Single().NotRule.Header.StringMatch.Exact);

    [Fact]
    public void Http_Headers_AreExactValuesOrPresence()
    {
        var headers = Conditions("{ headers: ['X-Has-Force: true', 'X-Ship', 'Host: a'] }").Skip(1)
            .Select(c => c.Header).ToList();

        Assert.Equal(("x-has-force", "true"), (headers[0].Name, headers[0].StringMatch.Exact));
        Assert.Equal(("x-ship", true), (headers[1].Name, headers[1].PresentMatch));
        Assert.Equal(":authority", headers[2].Name);
    }

    [Fact]
    public void Http_HeaderMatchWithoutAction_IsACondition() =>
        Assert.Equal("v", Conditions("{ headerMatches: [{ name: X, value: v }] }")[1].Header.StringMatch.Exact);

    [Theory]
    [InlineData("{ name: X, value: v, mismatch: ADD }", "ADD")]
    [InlineData("{ name: X, value: v, mismatch: LOG }", "LOG")]
    [InlineData("{ name: X, secret: { namespace: a, name: b } }", "secret")]
    public void Http_WhatRbacCannotDo_LeavesTheRuleOutWithAReason(string match, string reason)
    {
        var rules = Compile($"[{{ headerMatches: [{match}] }}]");

        Assert.Empty(rules.Allow.Policies);
        var refusal = Assert.Single(rules.Refusals);
        Assert.Contains(reason, refusal.Reason);
        Assert.Equal("deathstar, ingress, port 80", refusal.Where);
        Assert.DoesNotContain("hush", rules.ToString());
    }

    [Fact]
    public void Http_Rule_IsForTheAddressesOfItsPeersOnly()
    {
        var prefixes = Compile("[{ path: / }]").Allow.Policies.Values.Single().Principals
            .Select(p => $"{p.DirectRemoteIp.AddressPrefix}/{p.DirectRemoteIp.PrefixLen}");

        Assert.Equal(["10.0.0.1/32", "10.0.0.2/32", "fd00::1/128", "fd00::2/128"], prefixes);
    }

    [Fact]
    public void Http_NoRuleForAnybody_DeniesEverything()
    {
        var rules = RbacCompiler.Http(Scene.With("ingress: [{}]").Ingress(), 80);

        Assert.Equal(RBAC.Types.Action.Allow, rules.Allow.Action);
        Assert.Empty(rules.Allow.Policies);
    }

    [Fact]
    public void Http_DocumentInAudit_AllowsAndShowsWhatItWouldDeny()
    {
        var rules = RbacCompiler.Http(Scene.With("""
            ingress:
              - toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: GET }] } }]
            """, "{ jumpgate.dev/audit: \"true\" }").Ingress(), 80);

        Assert.Contains(rules.Allow.Policies.Values, p => p.Permissions.Single().Any);
        Assert.Equal("GET", rules.Shadow!.Policies.Values.Single().Permissions.Single().Header.StringMatch.Exact);
    }

    [Fact]
    public void Http_EnforcedDocument_HasNoShadow() => Assert.Null(Compile("[{ method: GET }]").Shadow);

    [Fact]
    public void Http_GrpcForm_KnowsThatTheMethodIsPostAndTargetsHaveNoQuery()
    {
        var path = Conditions("{ method: 'P.*', path: '/a.B/.*' }", HttpForm.Grpc).Single();

        Assert.Equal("/a.B/.*", path.UrlPath.Path.SafeRegex.Regex);
        Assert.Empty(Compile("[{ method: GET }]", HttpForm.Grpc).Allow.Policies);
    }

    [Fact]
    public void Http_GrpcForm_LeavesOutHeadersThatGrpcDoesNotShow() =>
        Assert.Single(Compile("[{ headers: ['grpc-timeout: 1S'] }]", HttpForm.Grpc).Refusals);

    [Fact]
    public void Http_OldGrpcForm_UsesTheFieldsThatOldClientsKnow()
    {
        var header = Conditions("{ host: 'a.*' }", HttpForm.OldGrpc).Single().Header;

#pragma warning disable CS0612
        Assert.Equal("a.*", header.SafeRegexMatch.Regex);
#pragma warning restore CS0612
    }
}
