using System.Diagnostics.CodeAnalysis;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>
/// What one stream is to send next: one response at a time, of the newest snapshot, in an order that never lets a
/// client refer to what it does not have. Not safe for several threads: <see cref="StreamSession"/> locks.
/// </summary>
/// <typeparam name="TType">The protocol's state of a type.</typeparam>
internal sealed class DiscoveryStream<TType>(Func<XdsType, TType> create, XdsServerOptions options)
    where TType : TypeState
{
    private readonly Dictionary<string, TType> _types = new(StringComparer.Ordinal);
    private readonly string _noncePrefix = Convert.ToHexStringLower(BitConverter.GetBytes(Random.Shared.Next()));
    private List<TType> _inOrder = [];
    private long _sent;

    public IReadOnlyList<TType> Types => _inOrder;

    public Amount Held => _inOrder.Aggregate(default(Amount), (sum, type) => sum + type.Held);

    /// <returns>False when the stream asks for more types than it may.</returns>
    public bool TryGet(string typeUrl, [NotNullWhen(true)] out TType? type)
    {
        if (_types.TryGetValue(typeUrl, out type))
        {
            return true;
        }

        if (_types.Count >= options.MaxTypesPerStream)
        {
            return false;
        }

        type = create(XdsType.Of(typeUrl));
        _types.Add(typeUrl, type);
        _inOrder = [.. _types.Values.OrderBy(t => (uint)XdsType.InOrder.IndexOf(t.Type))];
        return true;
    }

    /// <param name="wait">When to ask again although nothing happened: an order's time-out; null when there is
    /// none.</param>
    public bool TryTake(
        XdsSnapshot snapshot, [NotNullWhen(true)] out TType? type, [NotNullWhen(true)] out Content? content,
        out TimeSpan? wait)
    {
        wait = null;
        foreach (var candidate in _inOrder)
        {
            if (MayTake(candidate, snapshot, ref wait, out var removals))
            {
                type = candidate;
                content = Take(candidate, snapshot, removals);
                return true;
            }
        }

        (type, content) = (null, null);
        return false;
    }

    private bool MayTake(TType type, XdsSnapshot snapshot, ref TimeSpan? wait, out bool removals)
    {
        var set = snapshot.Of(type.Type.Url);
        var additionsDue = type.AdditionsDue(set);
        // What is kept for a rejection's sake waits for nobody who is slow: its time begins with the next answer.
        var removalsDue = type.RemovalsDue(set) && !IsStillInUse(type, snapshot);
        var since = type.DueFor(additionsDue);
        var removalsSince = type.RemovalDueFor(removalsDue);
        removals = false;
        if (type.AwaitsAck)
        {
            // One response per type is under way; what is due meanwhile becomes one.
            return false;
        }

        var may = additionsDue && InTurn(type.Type.After.All(url => HasArrived(url, snapshot)), since, ref wait);
        removals = removalsDue
            && InTurn(type.Type.RemovedAfter.All(url => IsSettled(url, snapshot)), removalsSince, ref wait);
        return may || (removals && !additionsDue);
    }

    private bool InTurn(bool inTurn, TimeSpan since, ref TimeSpan? wait)
    {
        if (inTurn)
        {
            return true;
        }

        var left = options.OrderTimeout - since;
        if (left <= TimeSpan.Zero)
        {
            // Who did not ask in that time will not: the next update does not wait for it again.
            _inOrder.ForEach(t => t.Expected.Clear());
            return true;
        }

        wait = wait < left ? wait : left;
        return false;
    }

    /// <summary>
    /// The client has, or has refused, all that is new of the type. A type that it does not ask for is not waited for.
    /// </summary>
    private bool HasArrived(string url, XdsSnapshot snapshot) => !_types.TryGetValue(url, out var type)
        || (!type.AwaitsAck && !type.AdditionsDue(snapshot.Of(url))
            && (type.Expected.Count == 0 || IsRefused(type.Type.SentAgainWith)));

    /// <summary>Nobody asks for what refused resources refer to.</summary>
    private bool IsRefused(string? url) =>
        url is not null && _types.TryGetValue(url, out var type) && type.Rejection is not null;

    /// <summary>
    /// Who refuses new listeners or routes goes on with the former ones, and with all that these refer to. Clients may
    /// refuse for ever, so this ends where too much is kept.
    /// </summary>
    private bool IsStillInUse(TType type, XdsSnapshot snapshot) =>
        type.Compare(snapshot.Of(type.Type.Url)).Removed.Count <= options.MaxKeptAfterRejection
            && type.Type.RemovedAfter.Any(url => KeepsFormer(url, snapshot));

    /// <summary>It was refused, or stays for what was.</summary>
    private bool KeepsFormer(string url, XdsSnapshot snapshot)
    {
        if (!_types.TryGetValue(url, out var type))
        {
            return false;
        }

        // What is no more is refused no more.
        type.Compare(snapshot.Of(url));
        return type.Rejection is not null || (type.RemovalsDue(snapshot.Of(url)) && IsStillInUse(type, snapshot));
    }

    private bool IsSettled(string url, XdsSnapshot snapshot) => !_types.TryGetValue(url, out var type)
        || (!type.AwaitsAck && !type.AdditionsDue(snapshot.Of(url)) && !type.RemovalsDue(snapshot.Of(url)));

    private Content Take(TType type, XdsSnapshot snapshot, bool removals)
    {
        var changed = type.Compare(snapshot.Of(type.Type.Url)).Changed;
        var content = type.Take(snapshot.Of(type.Type.Url), $"{_noncePrefix}-{++_sent}", removals);
        foreach (var other in _inOrder.Where(t => t.Type.SentAgainWith == type.Type.Url))
        {
            // Only what is there and what the client has asked this stream for before can be expected of it.
            foreach (var reference in changed.SelectMany(r => r.References).Where(r => r.TypeUrl == other.Type.Url))
            {
                other.IsReferredToAgain(reference.Name);
            }

            other.Expected.RemoveWhere(n => snapshot.Of(other.Type.Url)?.ByName.ContainsKey(n) != true);
        }

        return content;
    }
}
