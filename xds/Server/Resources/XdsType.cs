using System.Collections.Immutable;

namespace Jumpgate.Xds.Resources;

/// <summary>
/// What the protocol says of a resource type (Envoy: api-docs/xds_protocol): whether an empty first request means all,
/// whether a response is the whole truth, and what waits for what.
/// </summary>
public sealed record XdsType
{
    private const string Prefix = "type.googleapis.com/";
    private const string ClusterMessage = "envoy.config.cluster.v3.Cluster";
    private const string ListenerMessage = "envoy.config.listener.v3.Listener";
    private const string RouteMessage = "envoy.config.route.v3.RouteConfiguration";

    private XdsType(string shortName, string url)
    {
        ShortName = shortName;
        Url = url;
    }

    /// <summary><c>LDS</c>, <c>CDS</c> and so on: for people.</summary>
    public string ShortName { get; }

    public string Url { get; }

    /// <summary>
    /// An empty first request subscribes to all, and a state-of-the-world response is complete: what it lacks is
    /// deleted.
    /// </summary>
    public bool IsWhole { get; private init; }

    /// <summary>
    /// New and changed resources of this type wait until those types have arrived: nothing refers to what is not there.
    /// </summary>
    public ImmutableArray<string> After { get; private init; } = [];

    /// <summary>Removals of this type wait until those types no longer refer to what goes.</summary>
    public ImmutableArray<string> RemovedAfter { get; private init; } = [];

    /// <summary>
    /// When a resource of that type has changed and refers to one of this type, the client waits for the latter again,
    /// although it did not change (Envoy warms a changed cluster until its endpoints come).
    /// </summary>
    public string? SentAgainWith { get; private init; }

    /// <summary>Never shown: private keys.</summary>
    public bool IsSecret { get; private init; }

    public static XdsType Cluster { get; } = new("CDS", Prefix + ClusterMessage)
    {
        IsWhole = true,
        RemovedAfter = [Prefix + ListenerMessage, Prefix + RouteMessage],
    };

    public static XdsType Endpoint { get; } = new("EDS", Prefix + "envoy.config.endpoint.v3.ClusterLoadAssignment")
    {
        After = [Cluster.Url],
        RemovedAfter = [Prefix + ListenerMessage, Prefix + RouteMessage, Cluster.Url],
        SentAgainWith = Cluster.Url,
    };

    public static XdsType Secret { get; } = new("SDS", Prefix + "envoy.extensions.transport_sockets.tls.v3.Secret")
    {
        RemovedAfter = [Prefix + ListenerMessage, Cluster.Url],
        IsSecret = true,
    };

    public static XdsType Listener { get; } = new("LDS", Prefix + ListenerMessage)
    {
        IsWhole = true,
        After = [Cluster.Url, Endpoint.Url],
    };

    public static XdsType Route { get; } = new("RDS", Prefix + RouteMessage)
    {
        After = [Cluster.Url, Endpoint.Url, Listener.Url],
        RemovedAfter = [Listener.Url],
    };

    /// <summary>In the order in which they are sent: what others refer to comes first.</summary>
    public static ImmutableArray<XdsType> InOrder { get; } = [Cluster, Endpoint, Secret, Listener, Route];

    private static readonly ImmutableDictionary<string, XdsType> ByUrl = InOrder.ToImmutableDictionary(t => t.Url);

    /// <summary>What is known of a type; of one that is not, that it is no whole and waits for nothing.</summary>
    public static XdsType Of(string url) => ByUrl.GetValueOrDefault(url)
        ?? new XdsType(url[(url.LastIndexOf('.') + 1)..], url);

    public bool Equals(XdsType? other) => other is not null && Url == other.Url;

    public override int GetHashCode() => Url.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => ShortName;
}
