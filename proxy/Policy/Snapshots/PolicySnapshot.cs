using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Policies and workloads at one revision, compiled. Immutable. Three readers that do not know one another use it: the
/// kernel's tables, the L7 filters, and explain (later the xDS cache).
/// </summary>
public sealed class PolicySnapshot
{
    /// <param name="hostAddresses">Addresses of the node itself: identity host.</param>
    /// <param name="identities">Keeps numbers stable from one snapshot to the next.</param>
    /// <param name="secrets">Where headerMatches find their secrets; read once, here.</param>
    public static PolicySnapshot Create(
        ulong revision,
        IEnumerable<Workload> workloads,
        IEnumerable<PolicyDocument> documents,
        IEnumerable<IPAddress> hostAddresses,
        IdentityAllocator identities,
        ISecretSource secrets) => throw new NotImplementedException();

    public ulong Revision => throw new NotImplementedException();

    public ImmutableArray<Workload> Workloads => throw new NotImplementedException();

    public ImmutableArray<PolicyDocument> Documents => throw new NotImplementedException();

    /// <summary>Every identity in use, reserved and CIDR ones included.</summary>
    public ImmutableArray<IdentityRecord> Identities => throw new NotImplementedException();

    public DatapathTables Tables => throw new NotImplementedException();

    /// <summary>The rule with a table's index, or null for <see cref="TableVerdict.NoRule"/>.</summary>
    public RuleReference? RuleAt(uint index) => throw new NotImplementedException();

    /// <summary>What an address is: its identity, group, and workload where it belongs to one. Longest prefix wins.</summary>
    public AddressRecord Lookup(IPAddress address) => throw new NotImplementedException();

    /// <summary>Both directions' verdicts. A side that is no workload has no policy of its own: its direction is Allow.</summary>
    public ConnectionPolicy Resolve(PolicyGroup source, PolicyGroup destination, L4Protocol protocol, ushort port) =>
        throw new NotImplementedException();
}
