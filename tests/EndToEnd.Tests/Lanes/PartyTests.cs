using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Real clients with real servers where lanes are on: nobody can tell, but by the time it takes.</summary>
public abstract partial class PartyTests(PartyScene scene)
{
    private static readonly PartyRequest Hello = new("GET", "/v1/hello");

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var client in PartyClient.Names)
            {
                foreach (var server in Party.Names)
                {
                    pairs.Add(client, server);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Pair_AllowedAndForbidden_AreAnsweredOnOneConnection(string client, string server)
    {
        var party = await scene.ServerAsync(server);
        await scene.UntilDecidedAsync(async () =>
        {
            var secret = $"/secret/{Guid.NewGuid():N}";
            var last = new PartyRequest("GET", $"/v1/hello?{Guid.NewGuid():N}");
            PartyRequest[] requests =
                [.. Enumerable.Repeat(Hello, 20), new("GET", secret), .. Enumerable.Repeat(Hello, 5), last];

            var answers = await PartyClient.RunAsync(client, scene.Scene, scene.Address(party), requests);

            Assert.Equal(requests.Length, answers.Count);
            Assert.Equal(
                [.. requests.Select(r => r.Target == secret ? 403 : 200)], answers.Select(a => a.Status).ToArray());
            Assert.All(answers.Where(a => a.Status == 200), a => Assert.Equal(PartyScene.Hash("hello\n"u8), a.Hash));
            Assert.Single(answers.Select(a => a.LocalPort).Distinct());
            await Testing.Wait.UntilAsync(
                () => party.WasAsked($"{last.Method} {last.Target}"), Testing.Wait.Patience,
                "the server to see the last request");
            Assert.False(party.WasAsked($"GET {secret}"));
        });
    }
}

[Collection("kernel")]
public sealed class PolicyPartyTests(PolicyPartyScene scene) : PartyTests(scene), IClassFixture<PolicyPartyScene>;

[Collection("kernel")]
public sealed class ShortCircuitPartyTests(ShortCircuitPartyScene scene)
    : PartyTests(scene), IClassFixture<ShortCircuitPartyScene>;
