using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Status;

namespace Jumpgate.Xds.Streams;

/// <summary>Describes a type's state to people.</summary>
internal static class StatusWriter
{
    public static TypeStatus Describe(TypeState type, XdsSnapshot? snapshot) => new()
    {
        Type = type.Type.ShortName,
        TypeUrl = type.Type.Url,
        State = StateOf(type, snapshot),
        Resources = type.Known.Names.Count(n => !type.Known.IsKnownAbsent(n)),
        Names = type.Subscription.Names.Count,
        Wildcard = type.Subscription.IsWildcard,
        SentVersion = type.SentVersion,
        AckedVersion = type.AckedVersion,
        SentAt = type.SentAt,
        AnsweredAt = type.AnsweredAt,
        Rejections = type.Rejections,
        StaleRequests = type.StaleRequests,
        LastError = type.LastRejection is { } refused ? Line.Of(refused.Message) : null,
        LastErrorVersion = type.LastRejection?.Version,
        LastErrorAt = type.LastRejection?.At,
    };

    public static IEnumerable<ResourceStatus> DescribeResources(TypeState type, XdsSnapshot? snapshot)
    {
        var set = snapshot?.Of(type.Type.Url);
        foreach (var name in type.Known.Names.Union(type.Subscription.Names).Order(StringComparer.Ordinal))
        {
            var resource = type.Known.ResourceOf(name);
            var refused = type.Rejection?.Resources.Contains(name) == true ? type.Rejection : null;
            var newest = set?.ByName.GetValueOrDefault(name)?.Version;
            var state = refused is not null ? TypeSync.Rejected
                : type.Known.VersionOf(name) is not { } version ? TypeSync.NotSent
                : version != newest ? TypeSync.Stale
                : type.AwaitsAck ? TypeSync.Waiting : TypeSync.Synced;
            yield return new ResourceStatus(
                type.Type, name, type.Known.VersionOf(name) ?? string.Empty, resource, state, type.SentAt, refused);
        }
    }

    private static TypeSync StateOf(TypeState type, XdsSnapshot? snapshot)
    {
        var set = snapshot?.Of(type.Type.Url);
        return type.Rejection is not null ? TypeSync.Rejected
            : type.AwaitsAck ? TypeSync.Waiting
            : type.AdditionsDue(set) || type.RemovalsDue(set) ? TypeSync.Stale
            : type.SentVersion is null ? TypeSync.NotSent
            : TypeSync.Synced;
    }
}
