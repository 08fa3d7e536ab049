using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Tests.Http.Rules;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Snapshots;

/// <summary>
/// Every combination of what enforced and audit documents say of one peer and port, and what the connection and a
/// request that no HTTP rule names get.
/// </summary>
public sealed class AuditTests
{
    private const string None = "", Empty = "dd", Allow = "l4", Get = "get", Deny = "deny";

    [Theory]
    // Nothing enforced: only the audit document restricts, so nothing is dropped.
    [InlineData(None, Empty, L4Verdict.Allow, true, HttpVerdict.Audit)]
    [InlineData(None, Allow, L4Verdict.Allow, false, HttpVerdict.Allowed)]
    [InlineData(None, Get, L4Verdict.Redirect, false, HttpVerdict.Audit)]
    [InlineData(None, Deny, L4Verdict.Allow, true, HttpVerdict.Audit)]
    // Enforced default deny: audit allow rules count, and excuse no more than they name.
    [InlineData(Empty, None, L4Verdict.DefaultDeny, false, HttpVerdict.Denied)]
    [InlineData(Empty, Empty, L4Verdict.DefaultDeny, false, HttpVerdict.Denied)]
    [InlineData(Empty, Allow, L4Verdict.Allow, false, HttpVerdict.Allowed)]
    [InlineData(Empty, Get, L4Verdict.Redirect, false, HttpVerdict.Denied)]
    [InlineData(Empty, Deny, L4Verdict.DefaultDeny, false, HttpVerdict.Denied)]
    // Enforced L4 allow: audit L7 rules are irrelevant there, as L7 rules are next to any L4 allow.
    [InlineData(Allow, Empty, L4Verdict.Allow, false, HttpVerdict.Allowed)]
    [InlineData(Allow, Allow, L4Verdict.Allow, false, HttpVerdict.Allowed)]
    [InlineData(Allow, Get, L4Verdict.Allow, false, HttpVerdict.Allowed)]
    [InlineData(Allow, Deny, L4Verdict.Allow, true, HttpVerdict.Audit)]
    // Enforced L7 rules: still enforced.
    [InlineData(Get, Empty, L4Verdict.Redirect, false, HttpVerdict.Denied)]
    [InlineData(Get, Allow, L4Verdict.Allow, false, HttpVerdict.Allowed)]
    [InlineData(Get, Get, L4Verdict.Redirect, false, HttpVerdict.Denied)]
    [InlineData(Get, Deny, L4Verdict.Redirect, true, HttpVerdict.Denied)]
    // Enforced deny: nothing excuses it.
    [InlineData(Deny, None, L4Verdict.Deny, false, HttpVerdict.Denied)]
    [InlineData(Deny, Empty, L4Verdict.Deny, false, HttpVerdict.Denied)]
    [InlineData(Deny, Allow, L4Verdict.Deny, false, HttpVerdict.Denied)]
    [InlineData(Deny, Get, L4Verdict.Deny, false, HttpVerdict.Denied)]
    [InlineData(Deny, Deny, L4Verdict.Deny, false, HttpVerdict.Denied)]
    public void Resolve_EnforcedAndAudit_Combine(
        string enforced, string audit, L4Verdict verdict, bool isAudit, HttpVerdict unnamed)
    {
        foreach (var auditFirst in new[] { false, true })
        {
            var scene = Ask.Pair();
            foreach (var (what, mode) in auditFirst
                ? [(audit, true), (enforced, false)] : new[] { (enforced, false), (audit, true) })
            {
                if (what != None)
                {
                    scene.Rule(Rule(what), mode);
                }
            }

            var policy = scene.Resolve("client", "server");
            Assert.Equal((verdict, isAudit), (policy.Ingress.Verdict, policy.Ingress.Audit));
            Assert.Equal(verdict == L4Verdict.Redirect, policy.Ingress.Http is not null);
            Assert.Equal(unnamed, policy.Verdict("PUT /"));
        }
    }

    [Fact]
    public void Resolve_AuditDeny_NamesTheRuleThatFailed()
    {
        var deny = Rule(Deny);
        var decision = Ask.Pair().Rule(Rule(Allow)).Rule(deny, audit: true).Resolve("client", "server").Ingress;
        Assert.Equal(deny.IngressDeny!.Value[0].Location, decision.AuditRule!.Location);
        Assert.NotNull(decision.Rule);
    }

    [Fact]
    public void Resolve_AuditDefaultDeny_NamesTheSpec()
    {
        var rule = Rule(Empty);
        var policy = Ask.Pair().Rule(rule, audit: true).Resolve("client", "server");
        Assert.Null(policy.Ingress.AuditRule);
        Assert.Equal(rule.Location, policy.Ingress.DefaultDenyBy!.Location);
        Assert.Equal(rule.Location, policy.Decide("GET /").Rule!.Location);
    }

    [Fact]
    public void Decide_AuditHttpOnly_AllowsWhatItNamesAndRecordsTheRest()
    {
        var rule = Rule(Get);
        var policy = Ask.Pair().Rule(rule, audit: true).Resolve("client", "server");
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("GET /"));
        var decision = policy.Decide("PUT /");
        Assert.Equal(HttpVerdict.Audit, decision.Verdict);
        Assert.Equal(rule.Ingress!.Value[0].Ports!.Value[0].Location, decision.Rule!.Location);
    }

    [Fact]
    public void Decide_AuditHttpBesideEnforcedHttp_CountsAsAllow()
    {
        var policy = Ask.Pair().Rule(Rule(Get)).Rule(
            Ingress("app=server", Entry(null, HttpPorts("80/tcp", Request("PUT")))),
            audit: true).Resolve("client", "server");
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("GET /"));
        Assert.Equal(HttpVerdict.Allowed, policy.Verdict("PUT /"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("POST /"));
    }

    [Fact]
    public void Decide_AuditAtSenderEnforcedAtReceiver_ReceiverStillDenies()
    {
        var scene = Ask.Pair()
            .Rule(Egress("app=client", Entry(null, HttpPorts("80/tcp", Request("PUT")))), audit: true)
            .Rule(Rule(Get));
        var policy = scene.Resolve("client", "server");
        Assert.Equal(HttpVerdict.Audit, policy.Verdict("GET /"));
        Assert.Equal(HttpVerdict.Denied, policy.Verdict("PUT /"));
    }

    [Fact]
    public void Tables_Audit_NameTheRuleThatFailed()
    {
        var deny = Rule(Deny);
        var scene = Ask.Pair().Rule(Rule(Allow)).Rule(deny, audit: true);
        var verdict = KernelView.Lookup(scene, "client", "server", TrafficDirection.Ingress, 80, L4Protocol.Tcp);
        Assert.Equal((L4Verdict.Allow, true), (verdict.Verdict, verdict.Audit));
        Assert.Equal(deny.IngressDeny!.Value[0].Location, scene.Snapshot.RuleAt(verdict.Rule)!.Location);
    }

    private static PolicyRule Rule(string what) => what switch
    {
        Empty => Ingress("app=server", Entry()),
        Allow => Ingress("app=server", Entry(Endpoints("app=client"))),
        Get => Ingress("app=server", Entry(Endpoints("app=client"), HttpPorts("80/tcp", Request("GET")))),
        Deny => IngressDeny("app=server", Entry(Endpoints("app=client"))),
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };
}
