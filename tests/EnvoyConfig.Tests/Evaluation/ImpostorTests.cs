using Jumpgate.Policy.Workloads;
using Xunit.Abstractions;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>Whoever has a workload's address and not its certificate, over generated policies and requests.</summary>
public sealed class ImpostorTests(ITestOutputHelper output)
{
    private const int Policies = 20;
    private const int QuestionsEach = 250;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RightAddress_WithoutTheRightCertificate_NeverPasses(bool detects)
    {
        var (passed, asked) = (0, 0);
        for (var seed = 0; seed < Policies; seed++)
        {
            var yaml = new RandomPolicy(new Random(seed)).Next();
            var ids = RandomIds.Next(new Random(seed));
            var world = new World(yaml, ids, detects ? new ProtocolDetection([]) : null);
            var questions = new RandomQuestion(new Random(seed));
            for (var i = 0; i < QuestionsEach; i++)
            {
                var question = questions.Next() is { Request: null } bare
                    ? bare with
                    {
                        Request = new ClientRequest("GET", "/", "a.test", [],
                        IsHttp2: false)
                    } : questions.Next();
                if (!world.IsTls(question))
                {
                    continue;
                }

                var right = Certificate.Genuine(ids[question.From]);
                passed += Passes(world, question, new TlsClient(right)) ? 1 : 0;
                foreach (var impostor in Impostors(right, ids.Values.Append(RandomIds.Other)))
                {
                    foreach (var first in impostor is null && detects
                        ? FirstBytes.All : [FirstBytes.Of(question.Request)])
                    {
                        asked++;
                        Assert.False(Passes(world, question, impostor, first),
                            $"seed {seed}: {question} as {impostor}, {first}\n{yaml}");
                    }
                }
            }
        }

        output.WriteLine($"{asked} impostors, {passed} of the right ones passed");
        Assert.True(asked > 1000 && passed > 100, $"{asked} asked, {passed} passed");
    }

    /// <summary>Plain text, no certificate, one that another authority signed, and others' own.</summary>
    internal static IEnumerable<TlsClient?> Impostors(Certificate right, IEnumerable<string> ids) =>
    [
        null,
        new TlsClient(null),
        new TlsClient(right with { Authority = "spiffe://impostor.test" }),
        .. ids.Where(id => id != right.Uri).Select(id => new TlsClient(Certificate.Genuine(id))),
    ];

    /// <summary>To the application.</summary>
    private static bool Passes(World world, Question question, TlsClient? tls, FirstBytes? first = null) =>
        world.AskReceiver(question, tls, first).Outcome == EnvoyOutcome.Forwarded;
}
