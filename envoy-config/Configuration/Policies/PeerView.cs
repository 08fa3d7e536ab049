using System.Collections.Immutable;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>Peers that get one decision, as addresses.</summary>
/// <param name="IsEverybody">The regions are the whole address space.</param>
public sealed record PeerView(L4Decision Decision, ImmutableArray<Region> Regions, bool IsEverybody)
{
    /// <summary>
    /// Mutual TLS: the SPIFFE ID or trust domain that the regions share, each of which has an ID. Null: plain text.
    /// </summary>
    public string? Tls { get; init; }

    /// <summary>The decision lets the connection through without asking anybody.</summary>
    public bool IsOpen => Decision.Verdict == L4Verdict.Allow;

    public bool HasHttp => Decision is { Verdict: L4Verdict.Redirect, Http: not null };

    public bool HasKafka => Decision is { Verdict: L4Verdict.Redirect, Kafka: not null };

    /// <summary>Whom certificates may name.</summary>
    internal IEnumerable<SpiffeId> Ids => Regions.Select(r => r.Id).OfType<SpiffeId>().Distinct();

    /// <summary>Equal for equal addresses.</summary>
    internal string Key { get; } = string.Join(';', Regions.Select(r => $"{r.Prefix}-{string.Join(',', r.Except)}"));
}
