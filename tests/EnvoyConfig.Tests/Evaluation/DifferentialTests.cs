using System.Globalization;
using Jumpgate.Agent.Explain;
using Xunit.Abstractions;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// One meaning: over generated policies and requests, what Envoy makes of our resources (as its documentation says) is what explain
/// says of the proxy. What Envoy allows and the proxy denies is never accepted; the other way round needs a reason.
/// <c>JUMPGATE_ENVOY_POLICIES</c> sets how many policies, <c>JUMPGATE_ENVOY_SEED</c> where they begin.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int QuestionsEach = 60;

    private static int Policies => Setting("JUMPGATE_ENVOY_POLICIES", 100);

    private static int Seed => Setting("JUMPGATE_ENVOY_SEED", 20_240);

    [Fact]
    public void GeneratedRequests_ThroughSidecars_MeetTheProxysVerdict()
    {
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var different = new List<string>();
        for (var seed = Seed; seed < Seed + Policies; seed++)
        {
            var yaml = new RandomPolicy(new Random(seed)).Next();
            var world = new World(yaml);
            var questions = new RandomQuestion(new Random(seed));
            for (var i = 0; i < QuestionsEach; i++)
            {
                var question = questions.Next();
                var (kind, difference) = Compare(world, question);
                tally[kind] = tally.GetValueOrDefault(kind) + 1;
                if (difference is not null)
                {
                    different.Add($"{kind}, seed {seed}: {question}\n{difference}\n{yaml}");
                }
            }
        }

        foreach (var (kind, count) in tally)
        {
            output.WriteLine($"{count,7} {kind}");
        }

        Assert.True(different.Count == 0, $"seed {Seed}: {different.Count} differ:\n{string.Join("\n\n", different.Take(20))}");
    }

    private static (string Kind, string? Difference) Compare(World world, Question question)
    {
        var proxy = world.AskProxy(question);
        List<EnvoyVerdict> envoy;
        try
        {
            envoy = [.. world.AskEnvoy(question)];
        }
        catch (NotModelledException e)
        {
            return ("NOT MODELLED", e.Message);
        }

        var passes = envoy.All(v => v.Outcome is EnvoyOutcome.Forwarded or EnvoyOutcome.AsksRequests);
        var difference = $"proxy: {proxy}\nEnvoy: {string.Join("\n       ", envoy)}";
        if (passes && !proxy.IsAllowed)
        {
            return ("ENVOY ALLOWS, PROXY DENIES", difference);
        }

        if (!passes && proxy.IsAllowed)
        {
            return Reason(world, question) is { } reason ? ($"Envoy denies, proxy allows: {reason}", null)
                : ("ENVOY DENIES, PROXY ALLOWS", difference);
        }

        return ($"both {proxy.Verdict}", null);
    }

    /// <summary>Why Envoy may deny what the proxy allows; null where it may not.</summary>
    private static string? Reason(World world, Question question) => question.Request switch
    {
        _ when world.Refusals(question.From, question.To).Any() => "a rule that the sidecar does not get",
        { Method: "CONNECT" } => "CONNECT",
        { Target: "*" } => "OPTIONS *",
        { IsHttp2: false, Method: "get" or "FROB" } => "a method that Envoy's HTTP/1 parser does not know",
        _ => null,
    };

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
