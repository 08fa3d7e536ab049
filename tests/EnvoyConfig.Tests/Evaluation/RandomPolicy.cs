using System.Text;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>Policy documents for the workloads of <see cref="World"/>: few labels, ports and paths, so that rules meet
/// each other and the requests of <see cref="RandomQuestion"/>.</summary>
/// <param name="calls">For gRPC applications: only headers that are the caller's own.</param>
internal sealed class RandomPolicy(Random random, bool calls = false)
{
    private static readonly string[] Selectors =
        ["{ matchLabels: { app: a } }", "{ matchLabels: { app: b } }", "{ matchLabels: { tier: x } }", "{}",
            "{ matchExpressions: [ { key: app, operator: NotIn, values: [a] } ] }"];

    private static readonly string[] Entities = ["all", "world", "world-ipv4", "world-ipv6", "host", "cluster"];

    private static readonly string[] Prefixes =
        ["203.0.113.0/24", "203.0.113.4/30", "203.0.113.5", "0.0.0.0/0", "8.0.0.0/8", "2001:db8::/32",
            "2001:db8::5", "::/0"];

    private static readonly string[] PrefixSets =
        ["{ cidr: 203.0.113.0/24, except: [203.0.113.4/30] }",
            "{ cidr: 0.0.0.0/0, except: [8.0.0.0/8, 203.0.113.128/25] }",
            "{ cidr: 2001:db8::/32, except: ['2001:db8::/64'] }"];

    private static readonly string[] L7Ports =
        ["{ port: 80, protocol: TCP }", "{ port: 8080, protocol: TCP }", "{ port: web, protocol: TCP }",
            "{ port: 8080, endPort: 8082, protocol: TCP }", "{ port: grpc, protocol: TCP }",
            "{ port: 9090, protocol: TCP }"];

    private static readonly string[] L4Ports =
        ["{ port: 80 }", "{ port: 0 }", "{ port: 80, endPort: 8081, protocol: TCP }", "{ port: 5432, protocol: TCP }",
            "{ port: 53, protocol: UDP }", "{ port: 8081, protocol: ANY }"];

    private static readonly string[] Methods =
        ["GET", "POST", "GET|HEAD", ".*", "P.*", "CONNECT", "[A-Z]+", "(?i)get", "OPTIONS"];

    private static readonly string[] Paths =
    [
        "/", "/.*", "/v1/.*", "/v1/items", "/v1/items/[0-9]+", "/v1(/[a-z]+)*", ".*", "/a", "/a/b", "/b", "/A",
            "/v1/items\\?.*",
        "/.*\\?q=1", "/.*%.*", "/.*%2[Ff].*", "/.*%2e.*", "[^.]*", "/pkg.Service/Get", "/pkg\\.Service/(Get|List)",
        "/v1/.*/items",
        "\\*", "(/v1|/v2)/.*", "/.*/", "/[^/]*", "/.*//.*",
    ];

    private static readonly string[] Hosts =
        ["a\\.test", "a\\.test(:80)?", ".*", "[a-z.]+", "(?i)a\\.test", "10\\.1\\.0\\.[0-9]+:80"];

    private static readonly string[] Headers =
    [
        "X-Token: 1", "X-Token", "x-token: 1,1", "X-Token:1,2", "X-Role admin", "X-Role: Admin", "X-B: yes no", "X-B",
            "Host: a.test",
        "X-Forwarded-For: 10.1.0.1", "X-Forwarded-For", "X-Request-Id", "X-Empty",
    ];

    private static readonly string[] MoreHeaders =
    [
        .. Headers, "Content-Type: application/grpc", "User-Agent: probe",
        // What Envoy does not leave as it was sent: such rules have to be refused, or nothing here would go on.
        "X-Forwarded-Proto: https", "X-Envoy-Internal: true", "Connection", "TE: trailers",
            "Transfer-Encoding: chunked",
        "X-Forwarded-Client-Cert", "Upgrade: websocket", "Expect", "Keep-Alive",
    ];

    public string Next()
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            Document(text, i);
        }

        return text.ToString();
    }

    private void Document(StringBuilder text, int number)
    {
        text.AppendLine("---").AppendLine("apiVersion: cilium.io/v2").AppendLine("kind: CiliumNetworkPolicy")
            .Append("metadata: { name: p").Append(number)
            .AppendLine(random.Next(5) == 0 ? ", annotations: { jumpgate.dev/audit: \"true\" } }" : " }")
            .AppendLine("spec:").Append("  endpointSelector: ").AppendLine(Pick(Selectors));
        if (random.Next(6) == 0)
        {
            text.Append("  enableDefaultDeny: { ").Append(random.Next(2) == 0 ? "ingress" : "egress")
                .AppendLine(random.Next(2) == 0 ? ": true }" : ": false }");
        }

        var first = random.Next(4);
        Section(text, "ingress", "from", first < 3, deny: false);
        Section(text, "egress", "to", first == 3 || random.Next(4) == 0, deny: false);
        Section(text, "ingressDeny", "from", random.Next(6) == 0, deny: true);
        Section(text, "egressDeny", "to", random.Next(10) == 0, deny: true);
    }

    private void Section(StringBuilder text, string name, string direction, bool wanted, bool deny)
    {
        if (!wanted)
        {
            return;
        }

        text.Append("  ").Append(name).AppendLine(":");
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            text.Append("    - ").AppendLine(Peers(direction, out var open));
            if (open || random.Next(4) > 0)
            {
                Ports(text, deny);
            }
        }
    }

    /// <param name="open">Nobody is named: ports have to be, or the entry would say nothing.</param>
    private string Peers(string direction, out bool open)
    {
        open = false;
        switch (random.Next(6))
        {
            case 0 or 1:
                return $"{direction}Endpoints: [ {string.Join(", ", Some(Selectors, 2))} ]";
            case 2:
                return $"{direction}Entities: [ {string.Join(", ", Some(Entities, 2))} ]";
            case 3:
                return $"{direction}CIDR: [ {string.Join(", ", Some(Prefixes, 2).Select(p => $"'{p}'"))} ]";
            case 4:
                return $"{direction}CIDRSet: [ {string.Join(", ", Some(PrefixSets, 1))} ]";
            default:
                open = true;
                return "# everybody";
        }
    }

    private void Ports(StringBuilder text, bool deny)
    {
        text.AppendLine("      toPorts:");
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var asks = !deny && random.Next(3) > 0;
            text.Append("        - ports: [ ").AppendJoin(", ", Some(asks ? L7Ports : L4Ports, 2)).AppendLine(" ]");
            if (asks)
            {
                var rules = random.Next(25) == 0
                    ? [] : Enumerable.Range(0, random.Next(1, 5)).Select(_ => Rule()).ToList();
                text.Append("          rules: { http: [ ").AppendJoin(", ", rules).AppendLine(" ] }");
            }
        }
    }

    private string Rule()
    {
        var parts = new List<string>();
        Add(parts, "method", Methods, 2);
        Add(parts, "path", Paths, 4);
        Add(parts, "host", Hosts, 1);
        if (random.Next(4) == 0)
        {
            parts.Add($"headers: [ {string.Join(", ", Some(calls || random.Next(6) > 0 ? Headers : MoreHeaders, 2).Select(h => $"'{h}'"))} ]");
        }

        if (random.Next(30) == 0)
        {
            parts.Add($"headerMatches: [ {{ name: X-Token, value: '1'{(random.Next(2) == 0 ? ", mismatch: ADD" : string.Empty)} }} ]");
        }

        return $"{{ {string.Join(", ", parts)} }}";
    }

    /// <param name="fifths">How often.</param>
    private void Add(List<string> parts, string name, string[] from, int fifths)
    {
        if (random.Next(5) < fifths)
        {
            parts.Add($"{name}: '{Pick(from)}'");
        }
    }

    private List<string> Some(string[] from, int most) =>
        [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Pick(from)).Distinct()];

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
