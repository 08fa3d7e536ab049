using System.Buffers;
using Jumpgate.Kafka.Connections;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Requests;

/// <summary>
/// Every API in every version: written from its description, walked through in one piece and in all others.
/// </summary>
public class EveryRequestTests
{
    public static TheoryData<KafkaApi> Apis => [.. Enum.GetValues<KafkaApi>()];

    [Theory]
    [MemberData(nameof(Apis))]
    public void Walk_WholeRequest_FindsAllThatPolicyAsks(KafkaApi key)
    {
        foreach (var (api, version) in Versions(key))
        {
            var sample = new SampleWriter(new Random(version));
            var frame = SampleWriter.Request(api, version, sample);

            var (step, error, facts) = Walk(api, version, frame, frame.Length);

            Assert.True(step == WalkStep.Done, $"{key} {version}: {step} {error}");
            Assert.Equal(sample.Topics.ToHashSet(), facts.Topics);
            Assert.Equal(sample.TopicIds.ToHashSet(), facts.TopicIds);
            Assert.Equal(sample.Groups.ToHashSet(), facts.Groups.Union(facts.CoordinatorKeys).ToHashSet());
            Assert.Equal(sample.TransactionalIds.ToHashSet(), facts.TransactionalIds);
        }
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public void Walk_EveryPrefix_NeedsMore(KafkaApi key)
    {
        foreach (var (api, version) in Versions(key))
        {
            var frame = SampleWriter.Request(api, version, new SampleWriter(new Random(version)));
            for (var length = BodyStart(frame); length < frame.Length; length++)
            {
                var (step, error, _) = Walk(api, version, frame, length);
                Assert.True(step == WalkStep.NeedMore, $"{key} {version}, {length} of {frame.Length}: {step} {error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public void Walk_EverySplit_FindsTheSame(KafkaApi key)
    {
        foreach (var (api, version) in Versions(key))
        {
            var frame = SampleWriter.Request(api, version, new SampleWriter(new Random(version), elements: 1));
            var (_, _, expected) = Walk(api, version, frame, frame.Length);
            for (var cut = BodyStart(frame); cut < frame.Length; cut++)
            {
                var facts = new RequestFacts();
                var walk = new FrameWalk(new RequestWalker(facts, new NameCache()));
                walk.Begin(HeaderOf(api, version), BodyStart(frame), frame.Length);

                Assert.Equal(WalkStep.NeedMore, walk.Walk(new ReadOnlySequence<byte>(frame, 0, cut), 0));
                var whole = Segment.Split(frame, cut, Math.Min(cut + 3, frame.Length));
                Assert.Equal(WalkStep.Done, walk.Walk(whole, 0));
                Assert.Equal(expected.Topics, facts.Topics);
                Assert.Equal(expected.Groups, facts.Groups);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public void Walk_CutOrLonger_IsRefused(KafkaApi key)
    {
        foreach (var (api, version) in Versions(key)
            .Where(v => v.Api.Request(v.Version).Fields is [{ Type: not WireType.Opaque }, ..]))
        {
            var frame = SampleWriter.Request(api, version, new SampleWriter(new Random(version)));
            var (longer, error, _) = Walk(api, version, [.. frame, 0], frame.Length + 1);
            Assert.Equal((WalkStep.Failed, FrameError.TrailingBytes), (longer, error));

            for (var length = BodyStart(frame); length < frame.Length; length++)
            {
                var (cut, _, _) = Walk(api, version, frame[..length], length);
                Assert.True(cut == WalkStep.Failed, $"{key} {version}, {length} of {frame.Length}");
            }
        }
    }

    internal static IEnumerable<(ApiDescription Api, short Version)> Versions(KafkaApi key)
    {
        var api = ApiCatalog.Get(key);
        for (var version = api.Versions.First; version <= api.Versions.Last; version++)
        {
            yield return (api, version);
        }
    }

    private static RequestHeader HeaderOf(ApiDescription api, short version) => new(api, version, 7, "client");

    private static int BodyStart(byte[] frame)
    {
        Assert.True(RequestHeader.TryRead(frame.AsSpan(4), new NameCache(), out _, out var length, out _));
        return 4 + length;
    }

    private static (WalkStep Step, FrameError Error, RequestFacts Facts) Walk(
        ApiDescription api, short version, byte[] frame, int length)
    {
        var facts = new RequestFacts();
        var walk = new FrameWalk(new RequestWalker(facts, new NameCache()));
        walk.Begin(HeaderOf(api, version), BodyStart(frame), frame.Length);
        return (walk.Walk(new ReadOnlySequence<byte>(frame, 0, length), 0), walk.Error, facts);
    }
}
