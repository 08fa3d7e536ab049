using Jumpgate.Agent.Explain;
using Jumpgate.Agent.Policies;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.Explain;

/// <summary>Requests over HTTP/2, explained: refusals that HTTP/1.1 does not know, and what a client sees.</summary>
public sealed class Http2ExplainTests
{
    private const string Workloads = """
        workloads:
          - { name: server, labels: { class: server }, netns: a, addresses: [10.0.0.1] }
          - { name: audited, labels: { class: audited }, netns: c, addresses: [10.0.0.2] }
          - { name: client, labels: { class: client }, netns: b }
        """;

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: enforced }
        spec:
          endpointSelector: { matchLabels: { class: server } }
          ingress:
            - toPorts:
                - ports: [ { port: "80", protocol: TCP } ]
                  rules:
                    http:
                      - { method: "(?i)get|post", path: "/v1/.*" }
                      - { method: POST, path: /pkg.Echo/Say, host: 'echo:50051' }
                      - { method: CONNECT, path: "/chat" }
                      - { method: CONNECT, host: 'other:443' }
                      - { method: OPTIONS, path: '\*' }
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: audited, annotations: { jumpgate.dev/audit: "true" } }
        spec:
          endpointSelector: { matchLabels: { class: audited } }
          ingress:
            - toPorts:
                - ports: [ { port: "80", protocol: TCP } ]
                  rules: { http: [ { method: GET, path: /v1 } ] }
        """;

    private const string Grpc = "Content-Type: application/grpc";

    [Theory]
    [InlineData("GET /v1/x", "")]
    [InlineData("GET /v1//x/..//y?q=%61", "")]
    [InlineData("GET /v1/x", "X-Upper: Is lowered")]
    [InlineData("GET /v1/x", "te: trailers")]
    [InlineData("POST /pkg.Echo/Say", Grpc + "\nHost: echo:50051")]
    [InlineData("POST /pkg.Echo/Say", Grpc + "\n:authority: echo:50051")]
    [InlineData("POST /pkg.Echo/Say", Grpc + "\n:authority: echo:50051\nHost: other")]
    [InlineData("POST /v1/x", "Content-Length: 10")]
    public void TryAnswer_AllowedRequest_IsForwarded(string request, string headers)
    {
        var answer = Ask(request, headers);

        Assert.Equal(("ALLOWED", null), (answer.Verdict, answer.Client));
        Assert.Contains("enforced (p.yaml:", answer.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v2", "", "403")]
    [InlineData("GET /v1/%2e%2e/admin", "", "403")]
    [InlineData("POST /pkg.Echo/Say", Grpc, "grpc-status 7 (PERMISSION_DENIED), HTTP status 200")]
    [InlineData("POST /pkg.Echo/Other", Grpc + "+proto", "grpc-status 7 (PERMISSION_DENIED), HTTP status 200")]
    [InlineData("POST /pkg.Echo/Other", Grpc + "-web", "403")]
    [InlineData("POST /pkg.Echo/Say", Grpc + "\nHost: echo:50051\n:authority: other",
        "grpc-status 7 (PERMISSION_DENIED), HTTP status 200")]
    [InlineData("CONNECT 10.0.0.1:80", "", "403")]
    [InlineData("CONNECT /denied", ":protocol: websocket", "403")]
    public void TryAnswer_DeniedRequest_SaysWhatTheClientSees(string request, string headers, string client)
    {
        var answer = Ask(request, headers);

        Assert.Equal(("DENIED", client), (answer.Verdict, answer.Client));
        Assert.StartsWith("no HTTP rule allows", answer.Reason, StringComparison.Ordinal);
        Assert.NotNull(answer.Rule);
    }

    [Theory]
    [InlineData("CONNECT other:443", "", "501", "501: CONNECT")]
    [InlineData("CONNECT /chat", ":protocol: websocket", "501", "501: CONNECT")]
    [InlineData("OPTIONS *", "", "501", "501: OPTIONS *")]
    [InlineData("get /v1/x", "", "501", "501: a standard method")]
    [InlineData("CONNECT /chat", "", "RST_STREAM PROTOCOL_ERROR", "Host")]
    [InlineData("GET /v1/x", ":authority:", "400", "400: neither :authority nor Host")]
    [InlineData("GET /v1/x", "Upgrade: websocket", "400", "belongs to HTTP/1.1")]
    [InlineData("GET /v1/x", "Transfer-Encoding: chunked", "400", "belongs to HTTP/1.1")]
    [InlineData(
        "GET /v1/x", "Connection: close", "GOAWAY PROTOCOL_ERROR, and the connection is closed", "connection-specific")]
    [InlineData("GET /v1/x", "te: gzip", "GOAWAY PROTOCOL_ERROR, and the connection is closed", "connection-specific")]
    [InlineData("GET /v1/x", ":path: /other\n:path: /more", "GOAWAY PROTOCOL_ERROR, and the connection is closed",
        "pseudo-header")]
    [InlineData("GET /v1/x", ":unknown: x", "GOAWAY PROTOCOL_ERROR, and the connection is closed", "pseudo-header")]
    [InlineData("GET /v1/x", "Host: user@a", "RST_STREAM PROTOCOL_ERROR", "user@a")]
    [InlineData("GET /v1/%zz", "", "400", "bad escape")]
    [InlineData("GET /v1/a\\b", "", "400", "raw \\")]
    [InlineData("GET /v1/a%00", "", "RST_STREAM PROTOCOL_ERROR", ":path")]
    [InlineData("GET http://10.0.0.1:80/v1/x", "", "RST_STREAM PROTOCOL_ERROR", ":path")]
    [InlineData("GET /v1/a%2Fb", "", "307 with Location: /v1/a/b", "307 to /v1/a/b")]
    [InlineData("POST /v1/a%5Cb", Grpc, "grpc-status 7 (PERMISSION_DENIED), HTTP status 200", "escaped slash")]
    public void TryAnswer_RefusedRequest_SaysWhyAndWhatTheClientSees(
        string request, string headers, string client, string reason)
    {
        var answer = Ask(request, headers);

        Assert.Equal(("DENIED", client), (answer.Verdict, answer.Client));
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Null(answer.Target);
    }

    [Fact]
    public void TryAnswer_OnlyAuditWouldDeny_IsForwarded()
    {
        var answer = Ask("GET /v2", "", "audited");

        Assert.Equal(("AUDIT", null), (answer.Verdict, answer.Client));
        Assert.True(answer.IsAllowed);
        Assert.Contains("audited (p.yaml:", answer.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAnswer_WithoutHost_TakesAddressAndPort()
    {
        Assert.Equal("/v1/x", Ask("GET /v1/./x", "").Target);
        Assert.Contains("no HTTP rule", Ask("CONNECT 10.0.0.1:80", "").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAnswer_HeaderWithoutColon_IsAnError()
    {
        Assert.Null(TryAsk("GET /v1/x", "nothing", "server", out var error));
        Assert.Contains("'nothing'", error, StringComparison.Ordinal);
    }

    private static ExplainAnswer Ask(string request, string headers, string to = "server")
    {
        var answer = TryAsk(request, headers, to, out var error);
        Assert.True(answer is not null, error);
        return answer;
    }

    private static ExplainAnswer? TryAsk(string request, string headers, string to, out string? error)
    {
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", Policy)]);
        Assert.Empty(documents.Diagnostics);
        var explainer = new PolicyExplainer(
            WorkloadFileReader.Read("w.yaml", Workloads).Workloads, documents.Documents,
            new SecretFiles(null, NullLogger.Instance));
        return explainer.TryAnswer(
            new ExplainQuestion
            {
                From = "client",
                To = to,
                Port = 80,
                Request = request,
                IsHttp2 = true,
                Headers = headers.Length == 0 ? [] : headers.Split('\n'),
            },
            out error);
    }
}
