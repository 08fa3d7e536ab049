using Jumpgate.Agent.Explain;
using Jumpgate.Agent.Policies;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.Explain;

/// <summary>The deathstar's policies, explained: the code that the agent runs, without an agent.</summary>
public sealed class PolicyExplainerTests
{
    private const string Workloads = """
        workloads:
          - { name: deathstar, labels: { org: empire, class: deathstar }, netns: a, addresses: [10.0.0.1], ports: { web: 80 } }
          - { name: tiefighter, labels: { org: empire }, netns: b }
          - { name: xwing, labels: { org: alliance }, netns: c }
        """;

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: deathstar }
        spec:
          endpointSelector: { matchLabels: { class: deathstar } }
          ingress:
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts:
                - ports: [ { port: web, protocol: TCP } ]
                  rules:
                    http:
                      - { method: POST, path: /v1/request-landing }
                      - { method: GET, path: "/v1/.*", host: '10\.0\.0\.1:80' }
                      - { method: PUT, path: /v1/exhaust-port, headers: ["X-Has-Force: true"] }
                      - { method: OPTIONS, path: '\*' }
        """;

    [Theory]
    [InlineData("POST /v1/request-landing", "", "ALLOWED", "matches")]
    [InlineData("PUT /v1/exhaust-port", "", "DENIED", "no HTTP rule")]
    [InlineData("PUT /v1/exhaust-port", "X-Has-Force: true", "ALLOWED", "matches")]
    [InlineData("PUT /v1/exhaust-port", "x-has-force:  true ", "ALLOWED", "matches")]
    [InlineData("PUT /v1/exhaust-port", "X-Has-Force: True", "DENIED", "no HTTP rule")]
    [InlineData("GET /v1/x?q=1", "", "ALLOWED", "matches")]
    [InlineData("GET /v1/x", "Host: other", "DENIED", "no HTTP rule")]
    [InlineData("HEAD /v1/x", "", "DENIED", "no HTTP rule")]
    [InlineData("POST /v1//x/..//request-landing", "", "ALLOWED", "matches")]
    [InlineData("POST /v1/%72equest-landing", "", "ALLOWED", "matches")]
    [InlineData("GET /v1/%2e%2e/admin", "", "DENIED", "no HTTP rule")]
    [InlineData("GET /v1/a%2Fb", "", "DENIED", "307")]
    [InlineData("GET /v1/a%5Cb", "", "DENIED", "307")]
    [InlineData("GET /v1/a%252Fb", "", "ALLOWED", "matches")]
    [InlineData("GET /v1/a%00", "", "DENIED", "400")]
    [InlineData("GET /v1/a%zz", "", "DENIED", "400")]
    [InlineData("GET /v1/a\\b", "", "DENIED", "400")]
    [InlineData("GET /v1/a#b", "", "DENIED", "400")]
    [InlineData("OPTIONS *", "", "ALLOWED", "matches")]
    [InlineData("GET *", "", "DENIED", "400")]
    [InlineData("GET http://10.0.0.1:80/v1/x", "", "ALLOWED", "matches")]
    [InlineData("GET http://other/v1/x", "", "DENIED", "400")]
    [InlineData("GET /v1/x", "Content-Length : 1", "DENIED", "colon")]
    [InlineData("GET /v1/x", "Transfer-Encoding: xchunked", "DENIED", "Transfer-Encoding")]
    [InlineData("GET /v1/x", "Content-Length: +1", "DENIED", "Content-Length")]
    [InlineData("CONNECT 10.0.0.1:80", "", "DENIED", "no HTTP rule")]
    public void TryAnswer_Request_IsJudgedAsTheProxyDoes(string request, string header, string verdict, string reason)
    {
        var answer = Ask("tiefighter", "deathstar", 80, request, header);

        Assert.Equal(verdict, answer.Verdict);
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Equal("proxy", answer.DecidedIn);
    }

    [Fact]
    public void TryAnswer_WithoutRequestOnL7Port_SaysThatL7Decides()
    {
        var answer = Ask("tiefighter", "deathstar", 80, null, "");

        Assert.Equal(("ALLOWED", "L7 decides"), (answer.Verdict, answer.Reason));
    }

    [Theory]
    [InlineData("xwing", "deathstar", 80)]
    [InlineData("tiefighter", "deathstar", 81)]
    [InlineData("host", "deathstar", 80)]
    [InlineData("192.0.2.1", "deathstar", 80)]
    public void TryAnswer_NotAllowedAtL4_IsDroppedInTheKernel_NamingTheDefaultDeny(string from, string to, ushort port)
    {
        var answer = Ask(from, to, port, "GET /v1/x", "");

        Assert.Equal(("DROPPED", "kernel"), (answer.Verdict, answer.DecidedIn));
        Assert.Contains("deathstar (p.yaml:", answer.Rule, StringComparison.Ordinal);
        Assert.False(answer.IsAllowed);
    }

    [Fact]
    public void TryAnswer_UnselectedDestination_IsAllowed()
    {
        Assert.Equal("ALLOWED", Ask("xwing", "tiefighter", 80, null, "").Verdict);
    }

    [Fact]
    public void TryAnswer_UnknownName_IsAnError()
    {
        Assert.Null(
            Explainer().TryAnswer(new ExplainQuestion { From = "nobody", To = "deathstar", Port = 80 }, out var error));
        Assert.Contains("nobody", error, StringComparison.Ordinal);
    }

    private static ExplainAnswer Ask(string from, string to, ushort port, string? request, string header) =>
        Explainer().TryAnswer(
            new ExplainQuestion
            {
                From = from,
                To = to,
                Port = port,
                Request = request,
                Headers = header.Length == 0
                ? [] : [header]
            },
            out _)!;

    private static PolicyExplainer Explainer()
    {
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", Policy)]);
        Assert.Empty(documents.Diagnostics);
        return new PolicyExplainer(
            WorkloadFileReader.Read("w.yaml", Workloads).Workloads, documents.Documents,
            new SecretFiles(null, NullLogger.Instance));
    }
}
