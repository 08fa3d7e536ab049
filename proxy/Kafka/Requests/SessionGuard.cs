using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>
/// Fetch sessions (KIP-227) and share sessions (KIP-932) let a client say only what has changed: what such a request
/// asks for the broker remembers, and we do not. So a session is used only on the connection where every topic that
/// entered it was judged, and only under rules of the same meaning as those that judged them; else the client is told
/// that there is no such session, and asks for all it wants anew. No list of topics is kept.
/// </summary>
internal sealed class SessionGuard
{
    private const int Capacity = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Judged> _fetch = [];
    private readonly Dictionary<(string? Group, string? Member), Judged> _share = [];

    /// <summary>The request adds to a session rather than saying everything.</summary>
    public static bool IsIncremental(RequestHeader header, RequestFacts facts) => header.Api.Api switch
    {
        KafkaApi.Fetch => header.Version >= 7 && facts.SessionEpoch > 0,
        KafkaApi.ShareFetch => facts.SessionEpoch > 0,
        _ => false,
    };

    /// <summary>The request is the beginning of a session.</summary>
    public static bool IsOpening(RequestHeader header, RequestFacts facts) => facts.SessionEpoch == 0
        && ((header.Api.Api == KafkaApi.Fetch && header.Version >= 7) || header.Api.Api == KafkaApi.ShareFetch);

    public bool IsKnown(RequestHeader header, RequestFacts facts, IKafkaPolicy policy) =>
        header.Api.Api == KafkaApi.Fetch
            ? IsKnown(_fetch, facts.SessionId, policy)
            : IsKnown(_share, (facts.Groups.FirstOrDefault(), facts.Member), policy);

    /// <summary>The broker has answered an opening request with this id.</summary>
    public void Opened(int sessionId, IKafkaPolicy policy) => Remember(_fetch, sessionId, policy);

    /// <summary>A share session has no id: the member's name is it.</summary>
    public void Opened((string? Group, string? Member) share, IKafkaPolicy policy) => Remember(_share, share, policy);

    private bool IsKnown<T>(Dictionary<T, Judged> sessions, T key, IKafkaPolicy policy)
        where T : notnull
    {
        lock (_lock)
        {
            if (!sessions.TryGetValue(key, out var judged))
            {
                return false;
            }

            if (judged.Revision == policy.Revision)
            {
                return true;
            }

            // Snapshots come with every workload that starts or stops; most leave these rules as they are.
            if (judged.Meaning != policy.Meaning)
            {
                return false;
            }

            sessions[key] = judged with { Revision = policy.Revision };
            return true;
        }
    }

    private void Remember<T>(Dictionary<T, Judged> sessions, T key, IKafkaPolicy policy)
        where T : notnull
    {
        var judged = new Judged(policy.Revision, policy.Meaning);
        lock (_lock)
        {
            if (sessions.Count >= Capacity)
            {
                sessions.Clear();
            }

            sessions[key] = judged;
        }
    }

    /// <summary>What has judged the session's topics, all of them.</summary>
    private readonly record struct Judged(ulong Revision, string Meaning);
}
