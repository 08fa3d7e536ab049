using System.Buffers;
using Jumpgate.Kafka.Connections;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Tests.Requests;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;
using Xunit.Abstractions;

namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>
/// Requests of every API and version, spoilt: what the walker takes for whole, an independent reading takes for whole
/// too, and it names the same topics, ids, groups and transactional ids.
/// </summary>
public class WalkerFuzzTests(ITestOutputHelper output)
{
    private const int Cases = 100_000;

    [Fact]
    public void Walk_SpoiltRequests_NamesWhatABrokerWouldRead()
    {
        var cases = FuzzSettings.Cases(Cases);
        var (whole, byBroker) = (0, 0);
        for (var number = 0; number < cases; number++)
        {
            var dice = FuzzSettings.Dice(number);
            var frame = Next(dice, number);
            var (facts, isWhole) = Walk(frame, dice);
            if (!isWhole)
            {
                continue;
            }

            whole++;
            var wrong = Compare(frame, facts!, ref byBroker);
            Assert.True(
                wrong is null, $"seed {FuzzSettings.Seed}, case {number}: {wrong}\n{Convert.ToHexString(frame)}");
        }

        output.WriteLine(
            $"seed {FuzzSettings.Seed}: {cases} cases, {whole} whole, {byBroker} of them by the broker's descriptions");
        Assert.InRange(whole, cases / 20, cases - (cases / 20));
        Assert.True(byBroker > whole / 4, $"{byBroker} of {whole}: the comparison proves nothing");
    }

    /// <summary>
    /// A request is judged, and goes on, as soon as nothing more can be named: at every cut, that must be all.
    /// </summary>
    [Fact]
    public void Walk_EverySplitOfEveryRequest_IsJudgedByAllThatItNames()
    {
        var judgedEarly = 0;
        foreach (var (api, version) in Enum.GetValues<KafkaApi>().SelectMany(EveryRequestTests.Versions))
        {
            for (var seed = 0; seed < 12; seed++)
            {
                var writer = new SampleWriter(new Random(seed), elements: seed % 3) { HasNulls = seed % 4 > 0 };
                var frame = SampleWriter.Request(api, version, writer);
                var facts = new RequestFacts();
                var walk = new FrameWalk(new RequestWalker(facts, new NameCache()));
                Assert.True(
                    RequestHeader.TryRead(frame.AsSpan(4), new NameCache(), out var header, out var length, out _));
                Assert.Equal(WalkStep.Done, WalkTo(frame.Length));
                var all = Asked(facts);
                for (var cut = 4 + length; cut < frame.Length; cut++)
                {
                    Assert.Equal(WalkStep.NeedMore, WalkTo(cut));
                    judgedEarly += walk.IsAllNamed ? 1 : 0;
                    Assert.True(!walk.IsAllNamed || Asked(facts) == all,
                        $"{api.Api} {version} at {cut}: {Asked(facts)}, then {all} {Convert.ToHexString(frame)}");
                }

                WalkStep WalkTo(int end)
                {
                    walk.Begin(header!, 4 + length, frame.Length);
                    return walk.Walk(new ReadOnlySequence<byte>(frame, 0, end), 0);
                }
            }
        }

        Assert.True(judgedEarly > 10_000, $"{judgedEarly}");
    }

    private static byte[] Next(Random dice, int number)
    {
        var apis = Enum.GetValues<KafkaApi>();
        var api = ApiCatalog.Get(apis[number % apis.Length]);
        var version = (short)dice.Next(api.Versions.First, api.Versions.Last + 1);
        var writer = new SampleWriter(
            dice, elements: dice.Next(3))
        { HasNulls = dice.Next(3) == 0, ResourceType = (sbyte)dice.Next(1, 5) };
        var frame = SampleWriter.Request(api, version, writer, dice.Next(5) == 0 ? null : "client");
        return dice.Next(10) == 0 ? frame : Mutation.Of(frame, dice);
    }

    /// <summary>As the request loop does: what has come, in pieces.</summary>
    private static (RequestFacts? Facts, bool IsWhole) Walk(byte[] frame, Random dice)
    {
        var length = frame.Length - 4;
        if (!RequestHeader.TryRead(frame.AsSpan(4), new NameCache(), out var header, out var headerLength, out _)
            || System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(frame) != length
            || !header!.Api.Versions.Contains(header.Version))
        {
            return (null, false);
        }

        var facts = new RequestFacts();
        var walk = new FrameWalk(new RequestWalker(facts, new NameCache()));
        walk.Begin(header, 4 + headerLength, frame.Length);
        var cut = dice.Next(4 + headerLength, frame.Length + 1);
        if (walk.Walk(new ReadOnlySequence<byte>(frame, 0, cut), 0) is WalkStep.Failed or WalkStep.Done)
        {
            return (facts, walk.Error == FrameError.None && cut == frame.Length);
        }

        var early = walk.IsAllNamed ? Asked(facts) : null;
        var isWhole = walk.Walk(Segment.Split(frame, cut, Math.Min(cut + 1, frame.Length)), 0) == WalkStep.Done;
        Assert.True(
            !isWhole || early is null || early == Asked(facts),
            $"seed {FuzzSettings.Seed}: {header.Api.Api} {header.Version}, judged at {cut} as {early}, is {Asked(facts)}\n"
            + Convert.ToHexString(frame));
        return (facts, isWhole);
    }

    /// <summary>All that policy is asked about.</summary>
    private static string Asked(RequestFacts facts) => string.Join(
        ' ',
        [
            .. facts.Topics, .. facts.TopicIds, .. facts.Groups, .. facts.TransactionalIds, .. facts.CoordinatorKeys,
            facts.CoordinatorType, facts.HasNullTopics, facts.HasEmptyTopics, facts.HasNamelessTopic,
            facts.HasOtherResources,
            facts.IsOpaque, facts.Acks, facts.SessionId, facts.SessionEpoch, facts.Member ?? "none",
        ]);

    /// <returns>What differs.</returns>
    private static string? Compare(byte[] frame, RequestFacts facts, ref int byBroker)
    {
        if (facts.IsOpaque)
        {
            return null;
        }

        if (IndependentReading.Of(frame) is not { } reading)
        {
            return "no broker would act on it";
        }

        byBroker += reading.IsByBroker ? 1 : 0;
        var groups = facts.Groups.ToHashSet();
        var transactionalIds = facts.TransactionalIds.ToHashSet();
        if (reading.Key == (short)KafkaApi.FindCoordinator && facts.CoordinatorType is (0 or 1))
        {
            (facts.CoordinatorType == 0 ? groups : transactionalIds).UnionWith(facts.CoordinatorKeys);
        }

        // What is not forwarded without being judged must be all that a broker reads, and no more.
        return reading.Topics.SetEquals(facts.Topics) && reading.TopicIds.SetEquals(facts.TopicIds)
            && reading.Groups.SetEquals(groups) && reading.TransactionalIds.SetEquals(transactionalIds)
            && (reading.Key != (short)KafkaApi.Produce || reading.Acks == facts.Acks)
            ? null
            : $"a broker reads {reading}, the walker topics [{string.Join(' ', facts.Topics)}] ids [{string.Join(' ', facts.TopicIds)}] "
                + $"groups [{string.Join(' ', groups)}] transactions [{string.Join(' ', transactionalIds)}]";
    }
}
