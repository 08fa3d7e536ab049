using System.Buffers.Binary;
using System.Net.Sockets;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Policy.Kafka;
using Xunit.Abstractions;

namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>
/// Whole connections of valid, spoilt and hostile frames, in pieces. Whatever reaches the broker is read there
/// independently: it was judged, and names nothing that is denied. Replies come in order; a connection that ends early
/// ends for a counted reason.
/// </summary>
[Collection(nameof(Alone))]
public class FilterFuzzTests(ITestOutputHelper output)
{
    private const int Cases = 2_000;

    /// <summary>
    /// More than the few buffers that a connection holds, and much less than what hostile lengths promise.
    /// </summary>
    private const long MostBytesPerCase = 24 << 20;

    private static readonly UInt128[] _ids = [.. Enumerable.Range(1, 8).Select(i => new UInt128(0x4a47, (ulong)i))];

    [Fact]
    public async Task Serve_SpoiltFrames_NothingUnjudgedReachesTheBroker()
    {
        // Held whole; streamed as soon as may be, within and behind names.
        KafkaFilter[] filters = [.. new[] { 1 << 20, 48, 500 }.Select(held => new KafkaFilter(
            new KafkaFilterOptions { MaxHeldBytes = held }, TimeProvider.System))];
        foreach (var filter in filters)
        {
            await TeachAsync(filter);
        }

        var cases = FuzzSettings.Cases(Cases);
        var totals = new FuzzTotals();
        for (var number = 0; number < cases; number++)
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var wrong = await RunAsync(
                filters[number % filters.Length], FuzzSettings.Dice(number), number % filters.Length == 0, totals);
            Assert.True(wrong is null, $"seed {FuzzSettings.Seed}, case {number}: {wrong}");
            Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, MostBytesPerCase);
        }

        output.WriteLine($"seed {FuzzSettings.Seed}: {cases} connections, {totals}; closed: "
            + string.Join(' ',
                filters.SelectMany(f => f.Closed).GroupBy(c => c.Key, c => c.Value).Select(g => $"{g.Key} {g.Sum()}")));
        Assert.True(totals.Forwarded > cases / 4 && totals.Refused > cases / 4
            && totals.ById > 0, $"{totals}: the run proves nothing");
    }

    internal static bool IsDenied(string name) => name.Length == 0 || name[^1] % 2 == 1;

    /// <summary>The names of half of the ids become known; those of even ones are allowed.</summary>
    private static string? NameOf(UInt128 id) => id > _ids[3] || id < _ids[0] ? null : $"known-{(ulong)id % 10}";

    private static async Task TeachAsync(KafkaFilter filter)
    {
        await using var harness = await KafkaHarness.StartAsync(filter: filter);
        await harness.SendAsync(Frames.MetadataById(1));
        await harness.ReceiveRequestAsync();
        await harness.ReplyAsync(
            Frames.MetadataByIdReply(1, [.. _ids.Where(i => NameOf(i) is not null).Select(i => (NameOf(i)!, i))]));
        await harness.ReceiveReplyAsync();
    }

    /// <returns>What is wrong.</returns>
    private static async Task<string?> RunAsync(KafkaFilter filter, Random dice, bool isHeld, FuzzTotals totals)
    {
        var sent = Enumerable.Range(0, dice.Next(1, 5)).Select(i => Next(dice, i)).ToList();
        await using var harness = await KafkaHarness.StartAsync(filter: filter);
        harness.Policy.Denies = IsDenied;
        harness.Policy.IsPerTopic = dice.Next(2) == 0;
        harness.Policy.DeniedApis.Add(KafkaApi.CreateTopics);
        var before = filter.Closed.Values.Sum();
        var broker = new RecordingBroker(dice);
        var serving = broker.ServeAsync(harness.Broker);
        var replies = RepliesAsync(harness.Client);

        var wrong = await SendAsync(harness, [.. sent.SelectMany(f => f)], dice);
        await harness.Served;
        await serving;
        var correlations = await replies;
        if (wrong is null)
        {
            wrong = broker.Frames.Select(f => Judge(f, harness.Policy, totals)).FirstOrDefault(w => w is not null)
                ?? Order(sent, correlations, isComplete: isHeld && !broker.HasSpoilt
                    && filter.Closed.Values.Sum() == before);
        }

        totals.Refused += filter.Closed.Values.Sum() > before
            || harness.Records.Any(r => r.Decision is { Verdict: KafkaVerdict.Denied }) ? 1 : 0;
        return wrong is null ? null : $"{wrong}\nsent {string.Join(' ', sent.Select(Convert.ToHexString))}";
    }

    private static byte[] Next(Random dice, int correlationId)
    {
        var apis = Enum.GetValues<KafkaApi>();
        var api = ApiCatalog.Get(dice.Next(3) == 0 ? apis[dice.Next(apis.Length)] : apis[dice.Next(4)]);
        var version = (short)dice.Next(api.Versions.First, api.Versions.Last + 1);
        var writer = new SampleWriter(dice, elements: dice.Next(4))
        {
            HasNulls = dice.Next(3) == 0,
            Ids = _ids,
            MostBytes = dice.Next(2) == 0 ? 40 : 600,
        };
        var frame = SampleWriter.Request(api, version, writer, correlationId: correlationId);
        if (dice.Next(6) == 0)
        {
            // Larger than is held, and judged as it streams.
            writer = new SampleWriter(dice, elements: 3) { MostBytes = 600 };
            return SampleWriter.Request(
                ApiCatalog.Get(KafkaApi.Produce), (short)dice.Next(10), writer, correlationId: correlationId);
        }

        return dice.Next(5) < 3 ? frame : Mutation.Of(frame, dice);
    }

    private static async Task<string?> SendAsync(KafkaHarness harness, byte[] bytes, Random dice)
    {
        try
        {
            for (int at = 0, end; at < bytes.Length; at = end)
            {
                end = dice.Next(2) == 0 ? bytes.Length : dice.Next(at + 1, bytes.Length + 1);
                await harness.SendAsync(bytes[at..end]);
                await harness.UntilTakenAsync();
            }

            harness.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Closed for what it has read so far.
        }

        return null;
    }

    private static async Task<List<int>> RepliesAsync(Socket client)
    {
        var correlations = new List<int>();
        try
        {
            while (await RecordingBroker.FrameAsync(client) is { } reply)
            {
                correlations.Add(Frames.CorrelationOf(reply));
            }
        }
        catch (SocketException)
        {
            // A broken connection is reset.
        }

        return correlations;
    }

    private static string? Judge(byte[] frame, TestKafkaPolicy policy, FuzzTotals totals)
    {
        totals.Forwarded++;
        if (IndependentReading.Of(frame) is not { } reading)
        {
            return $"reached the broker and cannot be read: {Convert.ToHexString(frame)}";
        }

        var names = reading.Topics.Concat(reading.Groups).Concat(reading.TransactionalIds).ToList();
        totals.ById += reading.TopicIds.Count;
        // What Metadata says of unknown ids is looked at in the reply.
        var denied = names.Where(IsDenied).Concat(reading.Key == (short)KafkaApi.Metadata ? [] : reading.TopicIds
            .Where(i => NameOf(i) is not { } name || IsDenied(name)).Select(i => $"id {i}")).ToList();
        var isAsked = policy.Asked.Any(a => a.Api == (KafkaApi)reading.Key && a.Version == reading.Version
            && reading.Topics.All(a.Topics.Contains) && reading.Groups.All(a.Groups.Contains)
            && reading.TransactionalIds.All(a.TransactionalIds.Contains));
        return denied.Count > 0 ? $"reached the broker with {string.Join(' ', denied)}: {reading}"
            : policy.DeniedApis.Contains((KafkaApi)reading.Key)
                ? $"reached the broker, and its API is denied: {reading}"
            : isAsked ? null : $"reached the broker, and policy was never asked: {reading}";
    }

    /// <summary>
    /// Replies in the order of the requests; all of them, where the connection was not closed for a reason.
    /// </summary>
    private static string? Order(List<byte[]> sent, List<int> correlations, bool isComplete)
    {
        var stream = sent.SelectMany(f => f).ToArray();
        var expected = new List<int>();
        for (var at = 0; at + 12 <= stream.Length; at += 4 + BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(at)))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(at));
            if (length < 8 || length > stream.Length - at - 4)
            {
                break;
            }

            var reading = IndependentReading.Of(stream[at..(at + 4 + length)]);
            isComplete &= reading is null or { HasReply: true };
            if (reading is null or { HasReply: true })
            {
                expected.Add(BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(at + 8)));
            }
        }

        var isInOrder = correlations.Count <= expected.Count
            && correlations.SequenceEqual(expected.Take(correlations.Count));
        return isInOrder && (!isComplete || correlations.Count == expected.Count)
            ? null
            : $"replies to {string.Join(' ', correlations)}, expected {string.Join(' ', expected)}";
    }

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
