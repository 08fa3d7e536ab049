using System.Net;
using Envoy.Config.Rbac.V3;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

public sealed class RbacEngineTests
{
    private const string Match = """{"p": {"permissions": [{"any": true}], "principals": [{"any": true}]}}""";
    private const string NoMatch =
        """{"p": {"permissions": [{"destinationPort": 1}], "principals": [{"any": true}]}}""";

    [Theory]
    [InlineData("ALLOW", Match, true)]
    [InlineData("ALLOW", NoMatch, false)]
    [InlineData("ALLOW", "{}", false)]
    [InlineData("DENY", Match, false)]
    [InlineData("DENY", NoMatch, true)]
    [InlineData("DENY", "{}", true)]
    [InlineData("LOG", NoMatch, true)]
    // A principal that does not match, beside one that does; a permission that does, beside one that does not.
    [InlineData(
        "ALLOW", """{"p": {"permissions": [{"any": true}], "principals": [{"notId": {"any": true}}]}}""", false)]
    [InlineData("ALLOW",
        """{"p": {"permissions": [{"destinationPort": 1}, {"any": true}], "principals": [{"any": true}]}}""", true)]
    [InlineData(
        "ALLOW", """{"p": {"permissions": [{"destinationPort": 1}], "principals": [{"any": true}]}, "q": {"permissions": [{"any": true}], "principals": [{"any": true}]}}""", true)]
    public void Action_OverPolicies_AllowsOrDenies(string action, string policies, bool allowed) =>
        Assert.Equal(allowed,
            Engine().Allows(RBAC.Parser.ParseJson($$"""{"action": "{{action}}", "policies": {{policies}}}""")));

    [Theory]
    [InlineData("""{"andRules": {"rules": [{"any": true}, {"destinationPort": 80}]}}""", true)]
    [InlineData("""{"andRules": {"rules": [{"any": true}, {"destinationPort": 81}]}}""", false)]
    [InlineData("""{"orRules": {"rules": [{"destinationPort": 81}, {"destinationPort": 80}]}}""", true)]
    [InlineData("""{"orRules": {"rules": [{"destinationPort": 81}, {"destinationPort": 82}]}}""", false)]
    [InlineData("""{"notRule": {"destinationPort": 80}}""", false)]
    [InlineData("""{"notRule": {"destinationPort": 81}}""", true)]
    [InlineData("""{"destinationPortRange": {"start": 79, "end": 81}}""", true)]
    [InlineData("""{"destinationPortRange": {"start": 79, "end": 80}}""", false)]
    [InlineData("""{"destinationPortRange": {"start": 80, "end": 81}}""", true)]
    [InlineData("""{"destinationIp": {"addressPrefix": "10.0.0.0", "prefixLen": 30}}""", true)]
    [InlineData("""{"destinationIp": {"addressPrefix": "10.0.0.1", "prefixLen": 32}}""", false)]
    [InlineData("""{"header": {"name": ":method", "stringMatch": {"exact": "GET"}}}""", true)]
    [InlineData("""{"urlPath": {"path": {"exact": "/a"}}}""", true)]
    public void Permission_AsDocumented(string permission, bool matches) =>
        Assert.Equal(matches, Engine().Matches(Permission.Parser.ParseJson(permission)));

    [Theory]
    [InlineData("""{"directRemoteIp": {"addressPrefix": "10.0.0.1", "prefixLen": 32}}""", true)]
    [InlineData("""{"remoteIp": {"addressPrefix": "10.0.0.1", "prefixLen": 32}}""", false)]
    [InlineData("""{"remoteIp": {"addressPrefix": "192.0.2.7", "prefixLen": 32}}""", true)]
    [InlineData("""{"andIds": {"ids": [{"any": true}, {"notId": {"any": true}}]}}""", false)]
    [InlineData("""{"orIds": {"ids": [{"any": true}, {"notId": {"any": true}}]}}""", true)]
    [InlineData("""{"authenticated": {}}""", true)]
    [InlineData("""{"authenticated": {"principalName": {"exact": "spiffe://x/a"}}}""", true)]
    [InlineData("""{"authenticated": {"principalName": {"exact": "spiffe://x/b"}}}""", false)]
    [InlineData("""{"header": {"name": "x-a", "presentMatch": true}}""", false)]
    public void Principal_AsDocumented(string principal, bool matches) =>
        Assert.Equal(matches, Engine().Matches(Principal.Parser.ParseJson(principal)));

    [Fact]
    public void Authenticated_WithoutACertificate_DoesNotMatch()
    {
        var engine = Engine();

        Assert.False((engine with { Connection = engine.Connection with { Principal = null } })
            .Matches(new Principal { Authenticated = new() }));
    }

    [Theory]
    [InlineData("""{"any": false}""")]
    [InlineData("""{"metadata": {"filter": "x"}}""")]
    [InlineData("""{"requestedServerName": {"exact": "x"}}""")]
    public void Permission_ThatIsNotModelled_Throws(string permission) =>
        Assert.Throws<NotModelledException>(() => Engine().Matches(Permission.Parser.ParseJson(permission)));

    [Fact]
    public void Header_InANetworkFilter_Throws() => Assert.Throws<NotModelledException>(() =>
        (Engine() with { Request = null }).Matches(Permission.Parser.ParseJson("""{"header": {"name": "x"}}""")));

    [Fact]
    public void Condition_OfAPolicy_Throws() => Assert.Throws<NotModelledException>(() => Engine().Allows(
        RBAC.Parser.ParseJson(
            """{"policies": {"p": {"permissions": [{"any": true}], "principals": [{"any": true}], "condition": {}}}}""")));

    private static RbacEngine Engine() => new(
        new DownstreamConnection(
            IPEndPoint.Parse("10.0.0.1:1234"), IPEndPoint.Parse("10.0.0.2:80"))
        { Principal = "spiffe://x/a" },
        new EnvoyRequest("GET", "/a?b", "h", []), IPAddress.Parse("192.0.2.7"));
}
