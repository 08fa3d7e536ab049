using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>
/// Fetch sessions (KIP-227) and share sessions (KIP-932) let a client say only what has changed: what such a request asks for
/// the broker remembers, and we do not. So a session is used only on the connection where every topic that entered it was
/// judged, and only under the policy that judged them; else the client is told that there is no such session, and asks for all it
/// wants anew. No list of topics is kept.
/// </summary>
internal sealed class SessionGuard
{
    private const int Capacity = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, ulong> _fetch = [];
    private readonly Dictionary<(string? Group, string? Member), ulong> _share = [];

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

    public bool IsKnown(RequestHeader header, RequestFacts facts, ulong revision)
    {
        lock (_lock)
        {
            return header.Api.Api == KafkaApi.Fetch
                ? _fetch.TryGetValue(facts.SessionId, out var then) && then == revision
                : _share.TryGetValue((facts.Groups.FirstOrDefault(), facts.Member), out then) && then == revision;
        }
    }

    /// <summary>The broker has answered an opening request with this id.</summary>
    public void Opened(int sessionId, ulong revision) => Remember(_fetch, sessionId, revision);

    /// <summary>A share session has no id: the member's name is it.</summary>
    public void Opened((string? Group, string? Member) share, ulong revision) => Remember(_share, share, revision);

    private void Remember<T>(Dictionary<T, ulong> sessions, T key, ulong revision)
        where T : notnull
    {
        lock (_lock)
        {
            if (sessions.Count >= Capacity)
            {
                sessions.Clear();
            }

            sessions[key] = revision;
        }
    }
}
