using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>
/// One resource type on one stream: what is wanted, what the client has, and the one response that may be on its way.
/// Nothing here waits or sends; <see cref="SotwType"/> and <see cref="DeltaType"/> say how requests and responses look.
/// </summary>
internal abstract class TypeState(XdsType type, TimeProvider time)
{
    private ResourceSet _empty = ResourceSet.Empty(type.Url);
    private Plan? _plan;
    private DateTimeOffset? _dueSince;
    private DateTimeOffset? _removalDueSince;

    public XdsType Type { get; } = type;

    public Subscription Subscription { get; } = new(type);

    public KnownResources Known { get; } = new();

    /// <summary>An answer is expected even if it is empty.</summary>
    public bool IsOwed { get; protected set; }

    /// <summary>Of the last response; null before the first.</summary>
    public string? Nonce { get; private set; }

    public bool AwaitsAck { get; private set; }

    public string? SentVersion { get; private set; }

    public string? AckedVersion { get; private set; }

    public DateTimeOffset? SentAt { get; private set; }

    public DateTimeOffset? AnsweredAt { get; private set; }

    /// <summary>What the client refuses still.</summary>
    public Rejection? Rejection { get; private set; }

    /// <summary>The last NACK, also after what it refused was replaced.</summary>
    public Rejection? LastRejection { get; private set; }

    public long Rejections { get; private set; }

    public long StaleRequests { get; protected set; }

    /// <summary>
    /// Names that other types' resources led the client to ask for, and for which it has not asked yet.
    /// </summary>
    public HashSet<string> Expected { get; } = new(StringComparer.Ordinal);

    /// <summary>What is kept because the client has said it.</summary>
    public virtual Amount Held => new(Subscription.Names.Count, Subscription.Names.Length);

    /// <summary>Of the last response.</summary>
    private IReadOnlyList<XdsResource> LastSent { get; set; } = [];

    /// <summary>Compares what is wanted and there with what the client has; cached until one of them changes.</summary>
    public Plan Compare(ResourceSet? current)
    {
        var set = current ?? _empty;
        if (_plan is not null && ReferenceEquals(_plan.Set, set))
        {
            return _plan;
        }

        Rejection?.Resources.RemoveWhere(n => !Subscription.Wants(n) || !set.ByName.ContainsKey(n));
        DropEmptyRejection();
        _plan = Known.Is(set) && Subscription.IsWildcard && Subscription.Names.Count == 0
            ? Plan.Nothing(set) : CompareEach(set);
        return _plan;
    }

    /// <summary>New or changed resources, or an answer that is owed.</summary>
    public bool AdditionsDue(ResourceSet? current) =>
        Compare(current) is var plan && (IsOwed || plan.Changed.Count > 0 || TellsAbsence(plan));

    public bool RemovalsDue(ResourceSet? current) => SendsRemovals && Compare(current).Removed.Count > 0;

    /// <summary>For how long additions have been due.</summary>
    public TimeSpan DueFor(bool due) => Since(ref _dueSince, due);

    public TimeSpan RemovalDueFor(bool due) => Since(ref _removalDueSince, due);

    /// <summary>Takes what is due; it counts as sent from now on.</summary>
    public Content Take(ResourceSet? current, string nonce, bool removals)
    {
        var plan = Compare(current);
        var content = Compose(plan, removals);
        foreach (var resource in content.Resources)
        {
            Expected.Remove(resource.Name);
        }

        Nonce = nonce;
        AwaitsAck = true;
        IsOwed = false;
        SentVersion = content.Version;
        SentAt = time.GetUtcNow();
        LastSent = content.Resources;
        _dueSince = null;
        _removalDueSince = removals ? null : _removalDueSince;
        _plan = null;
        return content;
    }

    /// <summary>
    /// The client has changed resources that refer to <paramref name="name"/>: it waits for it again, or will ask for
    /// it.
    /// </summary>
    public void IsReferredToAgain(string name)
    {
        if (Subscription.Wants(name))
        {
            Known.Forget(name);
            _plan = null;
        }
        else
        {
            Expected.Add(name);
        }
    }

    protected abstract bool SendsRemovals { get; }

    protected abstract bool TellsAbsence(Plan plan);

    /// <summary>Composes a response and notes in <see cref="Known"/> what the client will have.</summary>
    protected abstract Content Compose(Plan plan, bool removals);

    protected void SubscriptionChanged() => _plan = null;

    /// <summary>
    /// An ACK, or a NACK when there is an error; nothing else makes one (the versions are not compared).
    /// </summary>
    protected void Answered(Google.Rpc.Status? error)
    {
        if (!AwaitsAck)
        {
            return;
        }

        AwaitsAck = false;
        AnsweredAt = time.GetUtcNow();
        var names = LastSent.Select(r => r.Name);
        if (error is null)
        {
            AckedVersion = SentVersion;
            Rejection?.Resources.ExceptWith(names);
            if (Type.IsWhole)
            {
                Rejection?.Resources.Clear();
            }

            DropEmptyRejection();
            return;
        }

        // Nothing is taken back: what was refused counts as sent, so it is not sent again before it changes.
        Rejections++;
        Rejection = new Rejection(
            SentVersion!, Nonce!, error.Code, Line.Of(error.Message), AnsweredAt.Value,
            names.ToHashSet(StringComparer.Ordinal));
        LastRejection = Rejection;
    }

    protected void AnswerIsForgotten() => AwaitsAck = false;

    private void DropEmptyRejection()
    {
        if (Rejection is { Resources.Count: 0 })
        {
            Rejection = null;
        }
    }

    private Plan CompareEach(ResourceSet set)
    {
        IEnumerable<XdsResource> wanted = Subscription.IsWildcard ? set.Resources
            : Subscription.Names.Order(StringComparer.Ordinal).Select(n => set.ByName.GetValueOrDefault(n))
            .OfType<XdsResource>();
        var changed = wanted.Where(r => Known.VersionOf(r.Name) != r.Version).ToList();
        var absent = Subscription.Names.Where(n => !set.ByName.ContainsKey(n) && Known.VersionOf(n) is null
            && !Known.IsKnownAbsent(n)).ToList();
        var removed = Known.Names.Where(n => !set.ByName.ContainsKey(n) && Known.VersionOf(n) is not null).ToList();
        return new Plan(set, changed, absent, removed);
    }

    private TimeSpan Since(ref DateTimeOffset? since, bool due)
    {
        since = due ? since ?? time.GetUtcNow() : null;
        return since is { } at ? time.GetUtcNow() - at : TimeSpan.Zero;
    }
}
