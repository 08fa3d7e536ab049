namespace Jumpgate.Kafka.Replies;

/// <summary>Which error answers which part of a request.</summary>
/// <param name="Code">Of Kafka's errors.</param>
/// <param name="IsOfTopics">It belongs to topics and partitions, not to the reply as a whole: a client that finds it
/// there looks no further.</param>
/// <param name="Topics">The topics that are answered; null: all of the request.</param>
/// <param name="UnknownIds">Topic ids nobody knows: those are answered with <see cref="UnknownTopicId"/>, which makes
/// clients ask for metadata again, from which we learn them too.</param>
internal sealed record DenialCode(
    short Code, bool IsOfTopics, IReadOnlySet<string>? Topics, IReadOnlySet<UInt128> TopicIds,
    IReadOnlySet<UInt128> UnknownIds)
{
    public const short UnsupportedVersion = 35;
    public const short FetchSessionIdNotFound = 70;
    public const short UnknownTopicId = 100;
    public const short ShareSessionNotFound = 122;

    private static readonly HashSet<UInt128> s_none = [];

    /// <summary>Kafka's own words for the codes that we answer with: users know them, and search for them.</summary>
    public static string Text(short code) => code switch
    {
        29 => "Topic authorization failed.",
        30 => "Group authorization failed.",
        31 => "Cluster authorization failed.",
        UnsupportedVersion => "The version of API is not supported.",
        53 => "Transactional Id authorization failed.",
        FetchSessionIdNotFound => "The fetch session ID was not found.",
        UnknownTopicId => "This server does not host this topic ID.",
        ShareSessionNotFound => "The share session was not found.",
        _ => "Authorization failed.",
    };

    /// <summary>The whole request.</summary>
    public static DenialCode Whole(short code, bool isOfTopics, IReadOnlySet<UInt128>? unknownIds = null) =>
        new(code, isOfTopics, null, s_none, unknownIds ?? s_none);
}
