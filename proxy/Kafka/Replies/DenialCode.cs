namespace Jumpgate.Kafka.Replies;

/// <summary>Which error answers which part of a request.</summary>
/// <param name="Code">Of Kafka's errors.</param>
/// <param name="IsOfTopics">It belongs to topics and partitions, not to the reply as a whole: a client that finds it there looks no
/// further.</param>
/// <param name="Topics">The topics that are answered; null: all of the request.</param>
/// <param name="UnknownIds">Topic ids nobody knows: those are answered with <see cref="UnknownTopicId"/>, which makes clients ask for
/// metadata again, from which we learn them too.</param>
internal sealed record DenialCode(
    short Code, bool IsOfTopics, IReadOnlySet<string>? Topics, IReadOnlySet<UInt128> TopicIds, IReadOnlySet<UInt128> UnknownIds)
{
    public const short UnsupportedVersion = 35;
    public const short FetchSessionIdNotFound = 70;
    public const short UnknownTopicId = 100;
    public const short ShareSessionNotFound = 122;

    private static readonly HashSet<UInt128> s_none = [];

    /// <summary>The whole request.</summary>
    public static DenialCode Whole(short code, bool isOfTopics, IReadOnlySet<UInt128>? unknownIds = null) =>
        new(code, isOfTopics, null, s_none, unknownIds ?? s_none);
}
