using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Http.Rules;

public sealed class HeaderMatchTests
{
    private static readonly HeaderMutation Added = new(HeaderMutationKind.Add, "X", "v");
    private static readonly HeaderMutation Deleted = new(HeaderMutationKind.Delete, "X", null);
    private static readonly HeaderMutation Replaced = new(HeaderMutationKind.Replace, "X", "v");

    [Theory]
    [InlineData(null)]
    [InlineData(MismatchAction.Log)]
    [InlineData(MismatchAction.Add)]
    [InlineData(MismatchAction.Delete)]
    [InlineData(MismatchAction.Replace)]
    public void Decide_HeaderMatches_AllowsAndDoesNothing(MismatchAction? action)
    {
        var decision = Ask.Policy(Rule("GET", Match("X", "v", action))).Decide("GET /", "x: v");
        Assert.Equal(HttpVerdict.Allowed, decision.Verdict);
        Assert.Empty(decision.Mutations);
        Assert.Empty(decision.Mismatches);
    }

    [Theory]
    [InlineData("X: w")]
    [InlineData("X: V")]
    [InlineData("Y: v")]
    public void Decide_MismatchWithoutWord_FailsTheRule(string header) =>
        Assert.Equal(HttpVerdict.Denied, Ask.Policy(Rule("GET", Match("X", "v", null))).Verdict("GET /", header));

    [Fact]
    public void Decide_Mismatch_DoesWhatItsWordSays()
    {
        AssertActions(MismatchAction.Log, "X: w", []);
        AssertActions(MismatchAction.Log, "Y: w", []);
        AssertActions(MismatchAction.Add, "X: w", [Added]);
        AssertActions(MismatchAction.Add, "Y: w", [Added]);
        AssertActions(MismatchAction.Delete, "X: w", [Deleted]);
        AssertActions(MismatchAction.Delete, "Y: w", []);
        AssertActions(MismatchAction.Replace, "X: w", [Replaced]);
        AssertActions(MismatchAction.Replace, "Y: w", [Replaced]);
    }

    [Fact]
    public void Decide_NoValue_AsksForPresence()
    {
        Assert.Equal(HttpVerdict.Allowed, Ask.Policy(Rule("GET", Match("X", null, null))).Verdict("GET /", "X: w"));
        Assert.Equal(HttpVerdict.Denied, Ask.Policy(Rule("GET", Match("X", null, null))).Verdict("GET /"));
        Assert.Empty(Ask.Policy(Rule("GET", Match("X", null, MismatchAction.Replace))).Decide("GET /").Mutations);
    }

    [Fact]
    public void Decide_RuleThatFails_RunsNoActions()
    {
        var policy = Ask.Policy(
            Rule("PUT", Match("X", "v", MismatchAction.Add)),
            Rule("GET", Match("X", "v", MismatchAction.Add), Match("Y", "z", null)),
            Rule("GET", Match("X", "v", MismatchAction.Add)) with { Headers = [new HeaderRequirement("Z", null)] },
            Rule("GET"));
        var decision = policy.Decide("GET /");
        Assert.Equal(HttpVerdict.Allowed, decision.Verdict);
        Assert.Empty(decision.Mutations);
        Assert.Empty(decision.Mismatches);
    }

    [Fact]
    public void Decide_SeveralRulesMatch_AllTheirActionsRunInOrderOnce()
    {
        var first = Rule("GET");
        var policy = Ask.Policy(
            first,
            Rule("GET", Match("X", "v", MismatchAction.Delete)),
            Rule("GET", Match("Y", "z", MismatchAction.Add), Match("x", "w", MismatchAction.Log)),
            Rule("GET", Match("y", "z", MismatchAction.Add)));
        var decision = policy.Decide("GET /", "X: w");
        Assert.Equal(first.Location, decision.Rule!.Location);
        Assert.Equal([Deleted, new HeaderMutation(HeaderMutationKind.Add, "Y", "z")], decision.Mutations.ToArray());
        Assert.Equal(["X", "Y"], decision.Mismatches.ToArray());
    }

    [Fact]
    public void Decide_Secret_IsReadOnceAndComesBeforeTheValue()
    {
        var rule = Rule("GET", Match("X", "beside", null) with { Secret = new SecretReference("ns", "s", "key") });
        var scene = Ask.Pair().Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", rule))));
        scene.Secrets["ns/s/key"] = "secret";
        var policy = scene.Resolve("client", "server");
        scene.Secrets.Clear();
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("GET /", "X: secret"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("GET /", "X: beside"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(MismatchAction.Log)]
    [InlineData(MismatchAction.Add)]
    [InlineData(MismatchAction.Delete)]
    [InlineData(MismatchAction.Replace)]
    public void Decide_UnreadableSecretWithoutValue_FailsWhateverTheWord(MismatchAction? action)
    {
        var match = Match("X", null, action) with { Secret = new SecretReference("ns", "s", null) };
        Assert.Equal(HttpVerdict.Denied, Ask.Policy(Rule("GET", match)).Verdict("GET /", "X: w"));

        var empty = Ask.Pair().Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", Rule("GET", match)))));
        empty.Secrets["ns/s/"] = "";
        Assert.Equal(HttpVerdict.Denied, empty.Resolve("client", "server").Verdict("GET /", "X: w"));
    }

    [Fact]
    public void Decide_UnreadableSecretWithValue_UsesTheValue()
    {
        var match = Match("X", "v", MismatchAction.Replace) with { Secret = new SecretReference("ns", "s", null) };
        Assert.Equal([Replaced], Ask.Policy(Rule("GET", match)).Decide("GET /", "X: w").Mutations.ToArray());
    }

    [Fact]
    public void Decide_EgressActions_AreSeenByIngressRules()
    {
        var scene = Ask.Pair()
            .Rule(Egress(
                "app=client", Entry(null, HttpPorts("80/tcp", Rule("GET", Match("X", "v", MismatchAction.Replace))))))
            .Rule(Ingress("app=server", Entry(null, HttpPorts("80/tcp", Rule(
                "GET", Match("X", "v", null), Match("Y", "z", MismatchAction.Add))))));
        var decision = scene.Resolve("client", "server").Decide("GET /", "X: w");
        Assert.Equal(HttpVerdict.Allowed, decision.Verdict);
        Assert.Equal([Replaced, new HeaderMutation(HeaderMutationKind.Add, "Y", "z")], decision.Mutations.ToArray());
        Assert.Equal(["X", "Y"], decision.Mismatches.ToArray());
    }

    private static void AssertActions(MismatchAction action, string header, HeaderMutation[] expected)
    {
        var decision = Ask.Policy(Rule("GET", Match("X", "v", action))).Decide("GET /", header);
        Assert.Equal(HttpVerdict.Allowed, decision.Verdict);
        Assert.Equal(expected, decision.Mutations.ToArray());
        Assert.Equal(["X"], decision.Mismatches.ToArray());
    }

    private static HttpRule Rule(string method, params HeaderMatch[] matches) =>
        Request(method) with { HeaderMatches = [.. matches] };

    private static HeaderMatch Match(string name, string? value, MismatchAction? action) =>
        new() { Location = Here(), Name = name, Value = value, Mismatch = action };
}
