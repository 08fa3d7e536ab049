using Jumpgate.Kafka.Messages;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Messages;

public class ApiCatalogTests
{
    [Fact]
    public void All_EveryApiOfThePolicy_IsDescribed() =>
        Assert.Equal(Enum.GetValues<KafkaApi>(), ApiCatalog.All.Select(a => a.Api).Order());

    [Theory]
    [InlineData(KafkaApi.Produce, 13, 9)]
    [InlineData(KafkaApi.Fetch, 18, 12)]
    [InlineData(KafkaApi.ListOffsets, 11, 6)]
    [InlineData(KafkaApi.Metadata, 13, 9)]
    [InlineData(KafkaApi.OffsetCommit, 10, 8)]
    [InlineData(KafkaApi.OffsetFetch, 10, 6)]
    [InlineData(KafkaApi.FindCoordinator, 6, 3)]
    [InlineData(KafkaApi.JoinGroup, 9, 6)]
    [InlineData(KafkaApi.InitProducerId, 6, 2)]
    [InlineData(KafkaApi.ApiVersions, 4, 3)]
    public void Versions_OfKafka41_AreKnown(KafkaApi api, short last, short flexible)
    {
        var description = ApiCatalog.Get(api);

        Assert.Equal(new VersionRange(0, last), description.Versions);
        Assert.True(description.Flexible.Contains(flexible));
        Assert.False(description.Flexible.Contains((short)(flexible - 1)));
    }

    [Theory]
    [InlineData("3+", 3, short.MaxValue)]
    [InlineData("0-2", 0, 2)]
    [InlineData("5", 5, 5)]
    public void Parse_Range_HasBothEnds(string text, short first, short last) =>
        Assert.Equal(new VersionRange(first, last), VersionRange.Parse(text));

    [Theory]
    [InlineData("Fetch 0 flexible none\n> a:i33\n< b:i8")]
    [InlineData("Fetch 0 flexible none\n> a i32\n< b:i8")]
    [InlineData("Fetch 0 flexible none\n> a:[b:i8\n< c:i8")]
    public void ReadAll_BadNotation_Throws(string text) =>
        Assert.ThrowsAny<Exception>(() => DescriptionReader.ReadAll(text).ToList());
}
