using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>
/// A node 192.0.2.1 with workloads <c>client</c> (10.0.0.1, fd00::1, and 127.0.0.1 so that tests can be it),
/// <c>broker</c> (10.0.0.2, fd00::2, 127.0.0.2) and <c>other</c> (10.0.0.3, 127.0.0.3), and a broker's policy.
/// </summary>
internal sealed class SidecarWorld : ISecretSource
{
    private readonly IdentityAllocator _identities = new();
    private ulong _revision;

    public static IPAddress Node { get; } = IPAddress.Parse("192.0.2.1");

    /// <param name="rules">Of port 9092, for the client; null: no policy at all.</param>
    public PolicySnapshot Snapshot(string? rules) => PolicySnapshot.Create(
        ++_revision,
        [
            New("client", "10.0.0.1", "fd00::1", "127.0.0.1"), New("broker", "10.0.0.2", "fd00::2", "127.0.0.2"),
            New("other", "10.0.0.3", "127.0.0.3"),
        ],
        rules is null ? [] : PolicyReader.Read("rules.yaml", $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: kafka }
            spec:
              endpointSelector: { matchLabels: { app: broker } }
              ingress:
                - fromEndpoints: [ { matchLabels: { app: client } } ]
                  toPorts: [ { ports: [ { port: "9092", protocol: TCP } ], rules: { {{rules}} } } ]
            """).Documents,
        [Node, IPAddress.Parse("2001:db8::1")], _identities, this);

    public string? TryRead(SecretReference secret) => null;

    private static Workload New(string name, params string[] addresses) => new()
    {
        Name = name,
        Labels = new LabelSet([new Label(Label.Unspecified, "app", name)]),
        Addresses = [.. addresses.Select(IPAddress.Parse)],
    };
}
