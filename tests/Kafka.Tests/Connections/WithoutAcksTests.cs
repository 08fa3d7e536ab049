using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Kafka.Tests.Connections;

/// <summary>
/// Produce with acks=0: nobody answers, and where something is denied the connection ends. What was allowed before
/// reaches the broker all the same.
/// </summary>
public class WithoutAcksTests
{
    [Theory]
    [InlineData(10, 1)]
    [InlineData(10, 20)]
    [InlineData(40_000, 1)]
    [InlineData(20_000, 3)]
    public async Task Produce_AllowedThenDeniedInOneSegment_AllowedReachTheBroker(int records, int count)
    {
        await using var harness = await StartAsync();
        var allowed = Frames.Produce(1, 0, records, "a");
        await harness.SendAsync(
            [.. Enumerable.Repeat(allowed, count).SelectMany(f => f), .. Frames.Produce(2, 0, 10, "secret")]);

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(allowed, await harness.ReceiveRequestAsync());
        }

        Assert.True(await KafkaHarness.IsEndedAsync(harness.Broker));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
        await harness.Served;
        Assert.Equal(
            [.. Enumerable.Repeat(KafkaOutcome.Forwarded, count), KafkaOutcome.Denied],
            harness.Records.Select(r => r.Outcome));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(40_000)]
    public async Task Produce_PerTopic_CoveredPartReachesTheBrokerBeforeTheEnd(int records)
    {
        await using var harness = await StartAsync();
        harness.Policy.IsPerTopic = true;
        await harness.SendAsync(Frames.Produce(1, 0, records, "a", "secret"));

        Assert.Equal(Frames.Produce(1, 0, records, "a"), await harness.ReceiveRequestAsync());
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Broker));
        Assert.True(await KafkaHarness.IsEndedAsync(harness.Client));
    }

    private static async Task<KafkaHarness> StartAsync()
    {
        var harness = await KafkaHarness.StartAsync();
        harness.Policy.DeniedTopics.Add("secret");
        return harness;
    }
}
