namespace Jumpgate.Policy.Tests.Documents;

internal static class Samples
{
    /// <summary>Cilium's published example: only ships of the empire may connect.</summary>
    public const string DeathstarL4 = """
        apiVersion: "cilium.io/v2"
        kind: CiliumNetworkPolicy
        metadata:
          name: "rule1"
        spec:
          description: "L3-L4 policy to restrict deathstar access to empire ships only"
          endpointSelector:
            matchLabels:
              org: empire
              class: deathstar
          ingress:
          - fromEndpoints:
            - matchLabels:
                org: empire
            toPorts:
            - ports:
              - port: "80"
                protocol: TCP
        """;

    public const string DeathstarL7 = DeathstarL4 + """

              rules:
                http:
                - method: "POST"
                  path: "/v1/request-landing"
        """;

    public const string DeathstarHeader = DeathstarL7 + """

                - method: "PUT"
                  path: "/v1/exhaust-port$"
                  headers:
                  - 'X-Has-Force: true'
        """;

    public const string RuleWithEverythingButExpressions = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: everything
          namespace: galaxy
          annotations: { jumpgate.dev/audit: "false" }
        spec:
          description: |
            many lines
          labels: [{ key: a, value: b }]
          endpointSelector:
            matchExpressions:
            - { key: "k8s:org", operator: In, values: [empire, "alliance"] }
            - { key: class, operator: Exists }
          enableDefaultDeny: { ingress: true, egress: false }
          ingress:
          - fromEndpoints:
            - matchLabels: { org: empire }
            toPorts:
            - ports:
              - { port: "80", protocol: TCP }
              - { port: 8080, endPort: 8090, protocol: TCP }
              rules:
                http:
                - headers: ["X-Has-Force: true", "X-Other"]
                  headerMatches:
                  - { name: X-Token, value: abc, mismatch: REPLACE }
                  - { name: X-Secret, secret: { namespace: vault, name: token } }
          egress:
          - toCIDRSet:
            - cidr: 10.0.0.0/8
              except: [10.96.0.0/12]
          - toEntities: [world, host]
          ingressDeny:
          - fromCIDR: ["192.0.2.1", "2001:db8::/32"]
            toPorts:
            - ports: [{ port: dns, protocol: UDP }]
          egressDeny: [{ toEndpoints: [{}] }]
        """;
}
