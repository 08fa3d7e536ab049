using System.Collections.Immutable;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Tests.Http.Rules;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Kafka;

/// <summary>Generated rules and requests, against the meaning read word by word.</summary>
public sealed class LiteralReadingTests
{
    private static readonly KafkaApi[] s_apis =
    [
        KafkaApi.Produce, KafkaApi.Fetch, KafkaApi.Metadata, KafkaApi.ListOffsets, KafkaApi.OffsetCommit,
            KafkaApi.OffsetFetch,
        KafkaApi.FindCoordinator, KafkaApi.JoinGroup, KafkaApi.Heartbeat, KafkaApi.InitProducerId,
        KafkaApi.AddPartitionsToTxn,
        KafkaApi.AddOffsetsToTxn, KafkaApi.EndTxn, KafkaApi.TxnOffsetCommit, KafkaApi.CreateTopics, KafkaApi.ListGroups,
        KafkaApi.DescribeGroups, KafkaApi.DescribeConfigs, KafkaApi.DescribeTopicPartitions,
        KafkaApi.ConsumerGroupHeartbeat,
        KafkaApi.ShareFetch, KafkaApi.GetTelemetrySubscriptions, KafkaApi.ApiVersions, KafkaApi.SaslHandshake,
    ];

    private static readonly string[] s_names = ["a", "ab", "abc", "b", "ba", "c"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Decide_GeneratedRulesAndRequests_AgreeWithTheWordsOfThePolicy(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var texts = Many(random, 1, 5, () => RuleText(random));
            var rules = KafkaPorts("80/tcp", [.. texts]);
            var policy = Ask.Pair().Rule(Ingress("app=server", Entry(null, rules))).Resolve("client", "server");
            var literal = new LiteralReading(rules.Kafka!.Value);
            for (var i = 0; i < 60; i++)
            {
                Check(policy, literal, Request(random), $"seed {seed}, rules [{string.Join(" | ", texts)}]");
            }
        }
    }

    private static void Check(ConnectionPolicy policy, LiteralReading literal, KafkaRequest request, string where)
    {
        var decision = policy.Decide(request);
        var (allowed, denial, topics) = literal.Judge(request);
        var same = allowed == (decision.Verdict == KafkaVerdict.Allowed) && denial == decision.Denial
            && topics.SequenceEqual(decision.DeniedTopics) && decision.Verdict != KafkaVerdict.Audit
            && (decision.Rule is not null) == (allowed && !KafkaRoles.IsAlwaysAllowed(request.Api));
        Assert.True(same, same ? null : $"{where}: {request} topics {string.Join(',', request.Topics)} groups "
            + $"{string.Join(',', request.Groups)} ids {string.Join(',', request.TransactionalIds)}: expected {allowed} {denial} "
            + $"{string.Join(',', topics)}, got {decision} {string.Join(',', decision.DeniedTopics)}");
        if (request.AllTopics && KafkaApis.FiltersAllTopics(request.Api))
        {
            foreach (var topic in s_names)
            {
                var alone = request with { AllTopics = false, Topics = [topic] };
                Assert.Equal(literal.Judge(alone).Allowed, policy.Shows(request, topic));
            }
        }
    }

    private static string RuleText(Random random)
    {
        var words = new List<string>();
        switch (random.Next(4))
        {
            case 0:
                words.Add(random.Next(2) == 0 ? "role=produce" : "role=consume");
                break;
            case 1:
                words.Add($"api={Pick(random, s_apis)}");
                break;
        }

        Maybe(2, $"topic={Name(random, true)}");
        Maybe(4, $"group={Name(random, true)}");
        Maybe(5, $"txn={Name(random, true)}");
        Maybe(6, $"client={Pick(random, "c", "d")}");
        Maybe(8, $"version={random.Next(1, 3)}");
        return string.Join(' ', words);

        void Maybe(int oneIn, string word)
        {
            if (random.Next(oneIn) == 0)
            {
                words.Add(word);
            }
        }
    }

    private static KafkaRequest Request(Random random)
    {
        var api = Pick(random, s_apis);
        KafkaCoordinatorType? coordinator = api == KafkaApi.FindCoordinator
            ? Pick<KafkaCoordinatorType?>(random, null, KafkaCoordinatorType.Group, KafkaCoordinatorType.Transaction)
            : null;
        var all = KafkaApis.CarriesTopics(api) && random.Next(6) == 0;
        return new KafkaRequest
        {
            Api = api,
            Version = (short)random.Next(1, 3),
            ClientId = Pick(random, null, "c", "d"),
            Coordinator = coordinator,
            AllTopics = all,
            Topics = KafkaApis.CarriesTopics(api) && !all ? Names(random, 3) : [],
            Groups = KafkaApis.CarriesGroups(api, coordinator) ? Names(random, 2) : [],
            TransactionalIds = KafkaApis.CarriesTransactionalIds(api, coordinator) ? Names(random, 2) : [],
        };
    }

    private static ImmutableArray<string> Names(Random random, int most) =>
        [.. Many(random, 0, most, () => Name(random, false)).Distinct()];

    private static string Name(Random random, bool orPrefix) =>
        Pick(random, s_names) + (orPrefix && random.Next(3) == 0 ? "*" : "");

    private static T Pick<T>(Random random, params T[] items) => items[random.Next(items.Length)];

    private static List<T> Many<T>(Random random, int least, int most, Func<T> make) =>
        [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => make())];
}
