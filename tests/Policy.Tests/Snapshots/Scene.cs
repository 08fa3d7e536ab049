using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Tests.Snapshots;

/// <summary>Workloads, documents and the snapshot made from them, in as few words as a test needs.</summary>
internal sealed class Scene
{
    private readonly List<Workload> _workloads = [];
    private readonly List<PolicyDocument> _documents = [];
    private PolicySnapshot? _snapshot;

    public IdentityAllocator Identities { get; init; } = new();

    public List<IPAddress> HostAddresses { get; } = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    public Dictionary<string, string> Secrets { get; } = [];

    public PolicySnapshot Snapshot => _snapshot ??= PolicySnapshot.Create(
        7, _workloads, _documents, HostAddresses, Identities, new DictionarySecrets(Secrets));

    /// <summary>Adds a workload; labels as <c>org=empire k8s:app=web</c>, ports as <c>web=80</c>.</summary>
    public Scene Workload(string name, string labels, string addresses, string ports = "")
    {
        _workloads.Add(new Workload
        {
            Name = name,
            Labels = Labels(labels),
            Addresses = [.. Words(addresses).Select(IPAddress.Parse)],
            Ports = Words(ports).Select(p => p.Split('=')).ToImmutableDictionary(p => p[0], p => ushort.Parse(p[1])),
        });
        return this;
    }

    public Scene Document(PolicyDocument document)
    {
        _documents.Add(document);
        return this;
    }

    /// <summary>Adds a clusterwide document of one rule.</summary>
    public Scene Rule(PolicyRule rule, bool audit = false, string? ns = null) =>
        Document(Build.Document($"p{_documents.Count + 1}", rule) with
        {
            Audit = audit,
            Clusterwide = ns is null,
            Namespace = ns,
        });

    public PolicyGroup Group(string nameOrAddress)
    {
        var workload = _workloads.Find(w => w.Name == nameOrAddress);
        return Snapshot.Lookup(workload?.Addresses[0] ?? IPAddress.Parse(nameOrAddress)).Group;
    }

    public ConnectionPolicy Resolve(string from, string to, int port = 80, L4Protocol protocol = L4Protocol.Tcp) =>
        Snapshot.Resolve(Group(from), Group(to), protocol, (ushort)port);

    public L4Verdict Verdict(string from, string to, int port = 80, L4Protocol protocol = L4Protocol.Tcp) =>
        Resolve(from, to, port, protocol).Verdict;

    public static LabelSet Labels(string labels) => new(Words(labels).Select(text =>
    {
        var (source, rest) = text.Split(':', 2) is [var s, var r] ? (s, r) : (Label.Unspecified, text);
        var (key, value) = rest.Split('=', 2) is [var k, var v] ? (k, v) : (rest, string.Empty);
        return new Label(source, key, value);
    }));

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed class DictionarySecrets(Dictionary<string, string> secrets) : ISecretSource
    {
        public string? TryRead(SecretReference secret) =>
            secrets.GetValueOrDefault($"{secret.Namespace}/{secret.Name}/{secret.Key}");
    }
}
