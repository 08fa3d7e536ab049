using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Http.Rules;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka.Rules;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Policies and workloads at one revision, compiled. Immutable. Three readers that do not know one another use it: the
/// kernel's tables, the L7 filters, and explain (later the xDS cache). Thread-safe.
/// </summary>
public sealed class PolicySnapshot
{
    /// <summary>
    /// Past this many remembered answers of <see cref="Resolve"/> they are all forgotten: a bound, not a tuning knob.
    /// </summary>
    private const int CacheLimit = 65536;

    private static readonly L4Decision NoPolicy = new(L4Verdict.Allow, null);
    private static readonly L4Decision UnknownSubject = new(L4Verdict.DefaultDeny, null);

    private readonly PeerCatalog _catalog;
    private readonly AddressTable _addresses;
    private readonly PortClassifier _ports;
    private readonly PolicyProfiles _profiles;
    private readonly HttpRuleSetFactory _http;
    private readonly KafkaRuleSetFactory _kafka;
    private readonly ImmutableArray<RuleReference> _rules;
    private readonly Lazy<DatapathTables> _tables;
    private readonly Dictionary<NumericIdentity, IdentityRecord> _identities;
    private readonly ILookup<NumericIdentity, Workload> _workloadsByIdentity;
    private readonly ConcurrentDictionary<(PolicyGroup, PolicyGroup, int), ConnectionPolicy> _resolved = new();
    private int _resolvedCount;

    private PolicySnapshot(
        ulong revision,
        ImmutableArray<Workload> workloads,
        ImmutableArray<PolicyDocument> documents,
        IEnumerable<IPAddress> hostAddresses,
        IdentityAllocator identities,
        ISecretSource secrets)
    {
        Revision = revision;
        Workloads = workloads;
        Documents = documents;
        _catalog = new PeerCatalog(workloads, documents, identities);
        _addresses = new AddressTable(_catalog, workloads, hostAddresses);
        var selectors = new SelectorIndex(_catalog);
        var reader = new SectionReader(selectors, new PeerResolver(_catalog, selectors));
        foreach (var document in documents)
        {
            reader.Add(document);
        }

        var atoms = reader.Sections.SelectMany(s => s.Atoms).ToList();
        _rules = reader.Rules;
        _ports = new PortClassifier(atoms.Where(a => a.Ports is not null).Select(a => a.Ports!), _catalog.PortMaps);
        _profiles = new PolicyProfiles(_catalog, _ports, reader.Sections);
        _http = new HttpRuleSetFactory(atoms, secrets);
        _kafka = new KafkaRuleSetFactory(atoms);
        _tables = new Lazy<DatapathTables>(() => _profiles.Locked(
            () => new TableBuilder(_catalog, _ports, _profiles).Build(_addresses)));
        _identities = _catalog.Peers.Select(p => p.Identity).DistinctBy(i => i.Identity).ToDictionary(i => i.Identity);
        _workloadsByIdentity = workloads.ToLookup(w => _catalog.Of(w).Identity.Identity);
        Identities = [.. _identities.Values.OrderBy(i => i.Identity.Value)];
    }

    public ulong Revision { get; }

    public ImmutableArray<Workload> Workloads { get; }

    public ImmutableArray<PolicyDocument> Documents { get; }

    /// <summary>Every identity in use, reserved and CIDR ones included, by number.</summary>
    public ImmutableArray<IdentityRecord> Identities { get; }

    /// <summary>What is wrong with the workloads' and the node's addresses; empty where nothing is.</summary>
    public ImmutableArray<SnapshotDiagnostic> Diagnostics => _addresses.Diagnostics;

    /// <summary>Computed when first asked for: explain never needs them.</summary>
    /// <exception cref="InvalidOperationException">Workload groups times port classes exceed what one table can
    /// hold.</exception>
    public DatapathTables Tables => _tables.Value;

    /// <param name="hostAddresses">Addresses of the node itself: identity host.</param>
    /// <param name="identities">Keeps numbers stable from one snapshot to the next.</param>
    /// <param name="secrets">Where headerMatches find their secrets; read once, here.</param>
    /// <exception cref="InvalidOperationException">A limit is exceeded: numbers for identities, or classes of
    /// ports.</exception>
    public static PolicySnapshot Create(
        ulong revision,
        IEnumerable<Workload> workloads,
        IEnumerable<PolicyDocument> documents,
        IEnumerable<IPAddress> hostAddresses,
        IdentityAllocator identities,
        ISecretSource secrets) =>
        new(revision, [.. workloads], [.. documents], hostAddresses, identities, secrets);

    /// <summary>
    /// The rule with a table's index, or null for <see cref="TableVerdict.NoRule"/> and other indices without a rule.
    /// </summary>
    public RuleReference? RuleAt(uint index) => index < _rules.Length ? _rules[(int)index] : null;

    /// <summary>The labels of an identity of this snapshot, or null.</summary>
    public IdentityRecord? FindIdentity(NumericIdentity identity) => _identities.GetValueOrDefault(identity);

    /// <summary>The identity of a group of this snapshot, or null.</summary>
    public IdentityRecord? FindIdentity(PolicyGroup group) => _catalog.Find(group)?.Identity;

    /// <summary>The group of a workload of this snapshot.</summary>
    public PolicyGroup GroupOf(Workload workload) => _catalog.Of(workload).Group;

    /// <summary>The workloads that share an identity; empty for others.</summary>
    public IEnumerable<Workload> WorkloadsOf(NumericIdentity identity) => _workloadsByIdentity[identity];

    /// <summary>
    /// What an address is: its identity, group, and workload where it belongs to one. Longest prefix wins.
    /// </summary>
    public AddressRecord Lookup(IPAddress address)
    {
        var (peer, workload) = _addresses.Lookup(address);
        return new AddressRecord(peer.Identity.Identity, peer.Group, workload);
    }

    /// <summary>
    /// Both directions' verdicts. A side that is no workload has no policy of its own: its direction is Allow. A
    /// workload's group that this snapshot does not know (its last workload is gone) is in default deny as a subject,
    /// and as a peer only rules for everybody match it.
    /// </summary>
    public ConnectionPolicy Resolve(PolicyGroup source, PolicyGroup destination, L4Protocol protocol, ushort port)
    {
        var portClass = _ports.ClassOf(protocol, port);
        var key = (source, destination, portClass);
        if (_resolved.TryGetValue(key, out var known))
        {
            return known;
        }

        var result = new ConnectionPolicy(
            Revision,
            Decide(source, destination, TrafficDirection.Egress, portClass),
            Decide(destination, source, TrafficDirection.Ingress, portClass));
        if (Interlocked.Increment(ref _resolvedCount) > CacheLimit)
        {
            _resolved.Clear();
            Interlocked.Exchange(ref _resolvedCount, 0);
        }

        return _resolved.GetOrAdd(key, result);
    }

    private static bool IsWorkloadNumber(PolicyGroup group) =>
        new NumericIdentity(group.Value).IsWorkload || group.Value >= IdentityAllocator.FirstExtraGroup;

    private L4Decision Decide(PolicyGroup subject, PolicyGroup peer, TrafficDirection direction, int portClass)
    {
        if (_catalog.Find(subject) is not { Kind: PeerKind.Workload } known)
        {
            return IsWorkloadNumber(subject) ? UnknownSubject : NoPolicy;
        }

        return _profiles.Locked(() =>
        {
            var policy = _profiles.Of(known, direction);
            var l7 = new List<PolicyAtom>();
            var verdict = policy.Judge(policy.Find(_catalog.Find(peer) ?? _catalog.Unknown, portClass, l7));
            return Decision(policy, verdict, l7);
        });
    }

    private L4Decision Decision(DirectionPolicy policy, AtomVerdict verdict, List<PolicyAtom> l7)
    {
        var enforced = policy.EnforcedDefaultDeny;
        var byDefault = verdict switch
        {
            { Verdict: L4Verdict.DefaultDeny } => enforced,
            { Audit: true, AuditRule: Finding.None } => policy.AuditDefaultDeny,
            _ => null,
        };
        var redirects = verdict.Verdict == L4Verdict.Redirect;
        var http = redirects ? l7.FindAll(a => a.HasHttp) : [];
        var kafka = redirects ? l7.FindAll(a => a.HasKafka) : [];
        return new L4Decision(
            verdict.Verdict,
            RuleOf(verdict.Rule),
            verdict.Audit,
            RuleOf(verdict.AuditRule),
            http.Count > 0 ? _http.Unite(http, enforced is not null) : null,
            kafka.Count > 0 ? _kafka.Unite(kafka, enforced is not null) : null)
        {
            DefaultDenyBy = byDefault,
        };
    }

    private RuleReference? RuleOf(int order) => order == Finding.None ? null : _rules[order];
}
