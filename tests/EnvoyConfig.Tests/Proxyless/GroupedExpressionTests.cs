using Envoy.Config.Rbac.V3;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Tests.Proxyless;

/// <summary>grpc-js puts '^' and '$' around an expression as it stands: alternatives have to come grouped.</summary>
public sealed class GroupedExpressionTests
{
    [Theory]
    [InlineData("/a/.*", "/a/.*", "/a/.*")]
    [InlineData("/a/b|/c/.*", "/a/b|/c/.*", "(?:/a/b|/c/.*)")]
    [InlineData(@"\Q/a|b", @"\Q/a|b", @"(?:\Q/a|b\E)")]
    [InlineData(@"\Q/a\E|b", @"\Q/a\E|b", @"(?:\Q/a\E|b)")]
    public void Http_PathWithAlternatives_IsGroupedForGrpcOnly(string path, string envoy, string grpc)
    {
        Assert.Equal(envoy, PathOf(path, HttpForm.Envoy));
        Assert.Equal(grpc, PathOf(path, HttpForm.Grpc));
        Assert.Equal(grpc, PathOf(path, HttpForm.OldGrpc));
    }

    private static string PathOf(string path, HttpForm form)
    {
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: p }
            spec:
              endpointSelector: { matchLabels: { a: b } }
              ingress:
                - toPorts: [ { ports: [ { port: 80, protocol: TCP } ], rules: { http: [ { path: '{{path}}' } ] } } ]
            """)]);
        Assert.Empty(documents.Diagnostics);
        var workload = WorkloadFileReader.Read(
            "w.yaml", "workloads: [ { name: w, labels: { a: b }, netns: w, addresses: [10.0.0.1] } ]")
            .Workloads.Select(w =>
                new Workload { Name = w.Name, Labels = w.Labels, Addresses = w.Addresses, Ports = w.Ports }).Single();
        var view = new PolicyView(PolicySnapshot.Create(
            1, [workload], documents.Documents, [], new IdentityAllocator(), new NoSecrets()));
        var rules = RbacCompiler.Http(view.Of(workload, TrafficDirection.Ingress), 80, form);
        return Conditions(rules.Allow.Policies.Values.SelectMany(p => p.Permissions))
            .Select(p => p.UrlPath?.Path.SafeRegex?.Regex
                ?? (p.Header is { Name: ":path" } h ? h.StringMatch.SafeRegex?.Regex : null))
            .Single(r => r is not null)!;
    }

    private static IEnumerable<Permission> Conditions(IEnumerable<Permission> permissions) =>
        permissions.SelectMany(p => p.AndRules is { } all ? Conditions(all.Rules) : [p]);

    private sealed class NoSecrets : ISecretSource
    {
        public string? TryRead(SecretReference secret) => null;
    }
}
