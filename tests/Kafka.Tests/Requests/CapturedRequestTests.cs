using System.Runtime.CompilerServices;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Requests;

/// <summary>
/// Requests as real clients sent them, one of each kind and in hexadecimal (<c>Captured/</c>): the filter reads them,
/// forwards them unchanged where they are allowed, and answers them where not.
/// </summary>
public class CapturedRequestTests
{
    private const string Prefix = "captured";

    public static TheoryData<string> Clients => ["kafka-python", "kafkajs", "librdkafka", "platformatic"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Captured_Allowed_ReachesTheBrokerByteForByte(string client)
    {
        foreach (var frame in Read(client))
        {
            await using var harness = await KafkaHarness.StartAsync();
            await harness.SendAsync(frame);

            Assert.Equal(frame, await harness.ReceiveRequestAsync());
            var asked = Assert.Single(harness.Policy.Asked);
            Assert.All(asked.Topics.Concat(asked.Groups).Concat(asked.TransactionalIds), IsOurs);
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Captured_Denied_IsAnsweredInItsVersion(string client)
    {
        foreach (var frame in Read(client))
        {
            await using var harness = await KafkaHarness.StartAsync();
            var (header, bodyStart) = HeaderOf(frame);
            if (header.Api.Api is KafkaApi.ApiVersions or KafkaApi.Metadata)
            {
                continue;
            }

            harness.Policy.DeniedApis.Add(header.Api.Api);
            await harness.SendAsync(frame);
            var reply = await harness.ReceiveReplyAsync();

            Assert.Equal(header.CorrelationId, Frames.CorrelationOf(reply));
            var reader = new SampleReader(reply, header.Api.HasTaggedReplyHeader(header.Version) ? 9 : 8);
            reader.Read(header.Api.Reply(header.Version));
            Assert.True(reader.IsAtEnd && bodyStart > 0, $"{client} {header}");
            Assert.Equal(0, harness.Broker.Available);
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Captured_IndependentReading_NamesWhatWasAsked(string client)
    {
        var readings = Read(client).Select(f => IndependentReading.Of(f)).ToList();

        Assert.All(readings, Assert.NotNull);
        Assert.Contains(readings, r => r!.Key == (short)KafkaApi.Produce && r.Topics.Contains(Prefix));
        Assert.Contains(readings, r => r!.Groups.Contains($"{Prefix}-group"));
        Assert.Contains(readings, r => r!.Key == (short)KafkaApi.CreateTopics && r.Topics.Contains($"{Prefix}-new"));
    }

    private static void IsOurs(string name) => Assert.StartsWith(Prefix, name, StringComparison.Ordinal);

    private static (RequestHeader Header, int BodyStart) HeaderOf(byte[] frame)
    {
        Assert.True(
            RequestHeader.TryRead(frame.AsSpan(4), new NameCache(), out var header, out var length, out var error),
            $"{error}");
        return (header!, 4 + length);
    }

    private static List<byte[]> Read(string client, [CallerFilePath] string path = "") =>
    [
        .. File.ReadLines(Path.Combine(Path.GetDirectoryName(path)!, "../Captured", $"{client}.hex"))
            .Where(l => l.Length > 0 && l[0] != '#').Select(Convert.FromHexString),
    ];
}
