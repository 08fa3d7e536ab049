using System.Globalization;
using Jumpgate.Agent.Explain;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.Policy.Workloads;
using Xunit.Abstractions;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// One meaning: over generated policies and requests, what Envoy makes of our resources (as its documentation says) is
/// what explain says of the proxy. What Envoy allows and the proxy denies is never accepted; the other way round needs
/// a reason. <c>JUMPGATE_ENVOY_POLICIES</c> sets how many policies, <c>JUMPGATE_ENVOY_SEED</c> where they begin.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int QuestionsEach = 60;

    private static int Policies => Setting("JUMPGATE_ENVOY_POLICIES", 100);

    private static int Seed => Setting("JUMPGATE_ENVOY_SEED", 20_240);

    /// <summary>With protocol detection, whatever the client seems to be: policy is not about that.</summary>
    [Theory]
    [InlineData(1, false, false)]
    [InlineData(4, true, false)]
    [InlineData(4, false, true)]
    [InlineData(8, true, true)]
    public void GeneratedRequests_ThroughSidecars_MeetTheProxysVerdict(int share, bool tls, bool detects)
    {
        var policies = Policies / share;
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var different = new List<string>();
        for (var seed = Seed; seed < Seed + policies; seed++)
        {
            var yaml = new RandomPolicy(new Random(seed)).Next();
            var world = new World(yaml, tls ? RandomIds.Next(new Random(seed)) : null, detects
                ? new ProtocolDetection([443]) : null);
            var questions = new RandomQuestion(new Random(seed));
            for (var i = 0; i < QuestionsEach; i++)
            {
                var question = questions.Next();
                foreach (var first in detects ? FirstBytes.All : [FirstBytes.Of(question.Request)])
                {
                    var (kind, difference) = Compare(world, question, first);
                    tally[kind] = tally.GetValueOrDefault(kind) + 1;
                    if (difference is not null)
                    {
                        different.Add($"{kind}, seed {seed}: {question}, first {first}\n{difference}\n{yaml}");
                    }
                }
            }
        }

        Conclude(tally, different);

        // Nothing of the above would mean anything if all were denied, or nothing were asked.
        foreach (var kind in (string[])["both ALLOWED", "both AUDIT", "both DENIED", "both DROPPED"])
        {
            Assert.True(tally.GetValueOrDefault(kind) >= policies * QuestionsEach / 200,
                $"only {tally.GetValueOrDefault(kind)} {kind}");
        }
    }

    [Theory]
    [InlineData(NodeProfile.Grpc, false)]
    [InlineData(NodeProfile.OldGrpc, false)]
    [InlineData(NodeProfile.OldGrpc, true)]
    public void GeneratedCalls_ToGrpcServers_MeetThePolicysVerdict(NodeProfile profile, bool tls)
    {
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var different = new List<string>();
        for (var seed = Seed; seed < Seed + (Policies / 2); seed++)
        {
            var yaml = new RandomPolicy(new Random(seed), calls: true).Next();
            var world = new GrpcWorld(yaml, profile, tls ? RandomIds.Next(new Random(seed)) : null);
            var questions = new RandomQuestion(new Random(seed));
            for (var i = 0; i < QuestionsEach; i++)
            {
                var call = questions.NextCall();
                var (policy, server) = (world.AskPolicy(call), world.AskServer(call));
                Assert.DoesNotContain(world.Impostors(call), impostor => world.AskServer(call, impostor));
                var kind = policy == server ? $"both {(policy ? "allow" : "deny")}"
                    : server ? "SERVER ALLOWS, POLICY DENIES"
                    : world.IsRefused(call) ? "server denies, policy allows: a rule that the server does not get"
                    : "SERVER DENIES, POLICY ALLOWS";
                tally[kind] = tally.GetValueOrDefault(kind) + 1;
                if (kind.StartsWith("SERVER", StringComparison.Ordinal))
                {
                    different.Add($"{kind}, seed {seed}: {call}\n{yaml}");
                }
            }
        }

        Conclude(tally, different);
        Assert.All((string[])["both allow", "both deny"], kind =>
            Assert.True(tally.GetValueOrDefault(kind) >= Policies * QuestionsEach / 20,
                $"only {tally.GetValueOrDefault(kind)} {kind}"));
    }

    private void Conclude(SortedDictionary<string, int> tally, List<string> different)
    {
        foreach (var (kind, count) in tally)
        {
            output.WriteLine($"{count,7} {kind}");
        }

        Assert.True(
            different.Count == 0, $"seed {Seed}: {different.Count} differ:\n{string.Join("\n\n", different.Take(20))}");
    }

    private static (string Kind, string? Difference) Compare(World world, Question question, FirstBytes first)
    {
        var proxy = world.AskProxy(question);
        List<EnvoyVerdict> envoy;
        try
        {
            envoy = [.. world.AskEnvoy(question, first)];
        }
        catch (NotModelledException e)
        {
            return ("NOT MODELLED", e.Message);
        }

        var passes = envoy.All(v => v.Outcome is EnvoyOutcome.Forwarded or EnvoyOutcome.AsksRequests);
        var difference = $"proxy: {proxy}\nEnvoy: {string.Join("\n       ", envoy)}";
        if (passes && proxy.Client == "501")
        {
            return ("Envoy forwards what is allowed, and the proxy cannot", null);
        }

        if (passes && !proxy.IsAllowed)
        {
            return Reading(world, question, envoy[^1]) is { } reading
                ? ($"Envoy reads otherwise, and forwards what is allowed: {reading}", null)
                : ("ENVOY ALLOWS, PROXY DENIES", difference);
        }

        if (!passes && proxy.IsAllowed)
        {
            return Reason(world, question) is { } reason ? ($"Envoy denies, proxy allows: {reason}", null)
                : ("ENVOY DENIES, PROXY ALLOWS", difference);
        }

        return (passes && !AuditAgrees(proxy, envoy, world, question)) || (!passes && !AnswerAgrees(proxy, envoy))
            ? ("ANOTHER ANSWER", difference)
            : ($"both {proxy.Verdict}", null);
    }

    /// <summary>
    /// Requests that the proxy refuses for their form, or normalises to another target, and that Envoy's own reader
    /// makes another target of: what it judged is what it forwards, so that nothing comes through that the rules do not
    /// allow.
    /// </summary>
    private static string? Reading(World world, Question question, EnvoyVerdict envoy)
    {
        if (question.Request is not { } request || envoy.Path is null)
        {
            return null;
        }

        var authority = request.Target.StartsWith("http://", StringComparison.Ordinal)
            ? request.Target["http://".Length..].Split('/', '?')[0] : request.Host;
        var form = !authority.Equals(request.Host, StringComparison.OrdinalIgnoreCase)
            ? "an absolute form that names another host"
            : PathOf(request).Contains('\\') ? "a raw backslash"
            : HasDotsBesideDoubledSlashes(request) ? "dot segments beside doubled slashes"
            : HasDots(PathOf(request)) && world.AskProxy(question).Reason.StartsWith("400", StringComparison.Ordinal)
                ? "a bad escape that a dot segment removes"
            : null;
        return form is not null
            && world.AskProxy(
                question with { Request = request with { Target = envoy.Path, Host = authority } }).IsAllowed
                ? form : null;
    }

    /// <summary>The proxy merges slashes before it removes dot segments, Envoy after.</summary>
    private static bool HasDotsBesideDoubledSlashes(ClientRequest request) =>
        PathOf(request) is var path && path.Contains("//", StringComparison.Ordinal) && HasDots(path);

    private static bool HasDots(string path) =>
        path.Contains('.') || path.Contains("%2e", StringComparison.OrdinalIgnoreCase);

    /// <summary>As sent, without an absolute form's scheme and authority, and without the query.</summary>
    private static string PathOf(ClientRequest request)
    {
        var url = Matching.WithoutQuery(request.Target);
        return !url.StartsWith("http://", StringComparison.Ordinal) ? url
            : url.IndexOf('/', "http://".Length) is var slash and >= 0 ? url[slash..] : string.Empty;
    }

    /// <summary>Rules that Envoy does not get are not among its shadow rules either.</summary>
    private static bool AuditAgrees(ExplainAnswer proxy, List<EnvoyVerdict> envoy, World world, Question question) =>
        envoy.Exists(v => v.Outcome == EnvoyOutcome.AsksRequests)
        || (proxy.Verdict == "AUDIT") == envoy.Exists(v => v.ShadowDenied)
        || world.Refusals(question.From, question.To).Any();

    /// <summary>
    /// A denial looks the same; what is dropped by one side's L3/L4 rules may be denied by the other's L7 rules before.
    /// </summary>
    private static bool AnswerAgrees(ExplainAnswer proxy, List<EnvoyVerdict> envoy)
    {
        var answer = envoy.First(v => v.Outcome is EnvoyOutcome.Answered or EnvoyOutcome.Closed);
        return proxy.Client switch
        {
            // Refused for its form, before any rule was asked.
            _ when answer.By is HttpManager.Codec or HttpManager.Target => true,
            "403" => answer is { Status: 403, Body: "Access denied\r\n" } or { GrpcStatus: 7, Body: "Access denied" },
            { } client when client.StartsWith("grpc-status 7", StringComparison.Ordinal) =>
                answer.GrpcStatus is 7 or 13,
            _ => true,
        };
    }

    /// <summary>Why Envoy may deny what the proxy allows; null where it may not.</summary>
    private static string? Reason(World world, Question question) => question.Request switch
    {
        _ when world.Refusals(question.From, question.To).Any() => "a rule that the sidecar does not get",
        { Method: "CONNECT" } => "CONNECT",
        { Target: "*" } => "OPTIONS *",
        { Target: var target } when target.Contains('#', StringComparison.Ordinal) =>
            "a fragment, which no client may send",
        { IsHttp2: false, Method: "get" or "FROB" } => "a method that Envoy's HTTP/1 parser does not know",
        { } request when HasDotsBesideDoubledSlashes(request) => "dot segments beside doubled slashes",
        _ => null,
    };

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture,
            out var value) ? value : otherwise;
}
