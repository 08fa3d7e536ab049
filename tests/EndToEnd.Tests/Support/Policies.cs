namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>Policy documents of these tests.</summary>
internal static class Policies
{
    public static string Server(string sections) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: server }
        spec:
          endpointSelector: { matchLabels: { class: server } }
        {{Indent(sections)}}
        """;

    public static string Client(string sections) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: client }
        spec:
          endpointSelector: { matchExpressions: [ { key: class, operator: DoesNotExist }, { key: org, operator: In, values: [empire] } ] }
        {{Indent(sections)}}
        """;

    public const string FromEmpireTcp80 = """
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts: [ { ports: [ { port: "80", protocol: TCP } ] } ]
        """;

    public const string HttpGetV1 = """
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: web, protocol: TCP } ]
                rules: { http: [ { method: GET, path: "/v1/.*" } ] }
        """;

    private static string Indent(string text) =>
        string.Join('\n', text.Split('\n').Select(l => "  " + l));
}
