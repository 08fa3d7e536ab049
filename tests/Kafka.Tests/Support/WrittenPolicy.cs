using System.Net;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>Kafka rules as an operator writes them, read and decided by the policy itself.</summary>
internal sealed class WrittenPolicy : IKafkaPolicySource, ISecretSource
{
    private const ushort Port = 9092;

    private ulong _revision;

    /// <param name="rules">What follows <c>kafka:</c>, as <c>[{ role: consume, topic: a }]</c>.</param>
    /// <param name="annotation">One annotation of the document, or none.</param>
    public WrittenPolicy(string rules, string annotation = "") => Write(rules, annotation);

    public IKafkaPolicy Current { get; private set; } = null!;

    /// <summary>Another snapshot with these rules, perhaps the same.</summary>
    public void Write(string rules, string annotation = "")
    {
        var yaml = $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: p, annotations: { {{annotation}} } }
            spec:
              endpointSelector: { matchLabels: { app: server } }
              ingress:
                - fromEndpoints: [{ matchLabels: { app: client } }]
                  toPorts: [{ ports: [{ port: "{{Port}}", protocol: TCP }], rules: { kafka: {{rules}} } }]
            """;
        var read = PolicySet.Combine([PolicyReader.Read("p.yaml", yaml)]);
        Assert.DoesNotContain(read.Diagnostics, d => d.Severity == PolicySeverity.Error);
        var (client, server) = (Workload("client", "10.0.0.1"), Workload("server", "10.0.0.2"));
        var snapshot = PolicySnapshot.Create(
            ++_revision, [client, server], read.Documents, [], new IdentityAllocator(), this);
        Current = snapshot.Resolve(snapshot.GroupOf(client), snapshot.GroupOf(server), L4Protocol.Tcp, Port);
    }

    string? ISecretSource.TryRead(SecretReference secret) => null;

    private static Workload Workload(string app, string address) => new()
    {
        Name = $"default/{app}",
        Labels = new LabelSet([
            new Label("k8s", "app", app), new Label("k8s", "io.kubernetes.pod.namespace", "default")]),
        Addresses = [IPAddress.Parse(address)],
    };
}
