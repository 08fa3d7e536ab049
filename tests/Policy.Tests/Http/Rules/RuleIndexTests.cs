using Jumpgate.Policy.Documents;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Http.Rules;

public sealed class RuleIndexTests
{
    private static readonly string?[] Paths =
    [
        null, "/", "/v1/.*", "^/v1/a", "/v1/a.*", "/v1/a/b", "(/v1|/v2)/.*", "/v1(/.*)?", "(?i)/v1/a",
            "/[v]1/a", "/v1/a?",
        "/v1/a{2}", "/v1/a+b", "/v\\x31/a", ".*", "/v2$", "\\*", "/v1/ab|/v2", "/service-1/.*", "/service-12/.*", "",
    ];

    [Fact]
    public void Decide_ManyRules_NamesTheSameRuleAsAskingEachAlone()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 6; round++)
        {
            HttpRule[] rules = [.. Enumerable.Range(0, 20).Select(_ => Request(
                random.Next(2) == 0 ? null : "GET", Paths[random.Next(Paths.Length)]))];
            foreach (var target in (string[])["/", "/v1/a", "/v1/aab", "/v1/a/b", "/V1/A", "/v2", "/v1/",
                "/service-12/x", "/x"])
            {
                foreach (var method in (string[])["GET", "PUT"])
                {
                    var alone = rules.FirstOrDefault(rule =>
                        Ask.Policy(rule).Decide($"{method} {target}").Rule is not null);
                    var together = Ask.Policy(rules).Decide($"{method} {target}").Rule;
                    Assert.Equal(alone?.Location, together?.Location);
                }
            }
        }
    }
}
