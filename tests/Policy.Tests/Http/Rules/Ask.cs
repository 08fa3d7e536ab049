using System.Diagnostics.CodeAnalysis;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Tests.Snapshots;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Http.Rules;

/// <summary>Requests in few words.</summary>
internal static class Ask
{
    /// <summary>A request as <c>GET /path</c>, headers as <c>Name: value</c>.</summary>
    public static HttpDecision Decide(this ConnectionPolicy policy, string request, params string[] headers) =>
        Decide((IRequestPolicy)policy, request, "example.test", headers);

    public static HttpDecision DecideHost(this ConnectionPolicy policy, string request, string authority) =>
        Decide((IRequestPolicy)policy, request, authority, []);

    public static HttpVerdict Verdict(this ConnectionPolicy policy, string request, params string[] headers) =>
        policy.Decide(request, headers).Verdict;

    /// <summary>Client and server with these HTTP rules at the server's port 80.</summary>
    public static ConnectionPolicy Policy(params Policy.Documents.HttpRule[] rules) => Pair()
        .Rule(Ingress("app=server", Entry(Endpoints("app=client"), HttpPorts("80/tcp", rules))))
        .Resolve("client", "server");

    public static Scene Pair() => new Scene()
        .Workload("client", "app=client", "192.0.2.11")
        .Workload("server", "app=server", "192.0.2.12");

    private static HttpDecision Decide(IRequestPolicy policy, string request, string authority, string[] headers)
    {
        var parts = request.Split(' ', 2);
        return policy.Decide(new HttpRequestView(parts[0], parts[1], authority, new Headers(headers)));
    }

    private sealed class Headers(string[] lines) : IRequestHeaders
    {
        public bool TryGet(string name, [NotNullWhen(true)] out string? value)
        {
            var values = lines.Select(l => l.Split(": ", 2))
                .Where(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(p => p[1]).ToArray();
            value = values.Length == 0 ? null : string.Join(',', values);
            return value is not null;
        }
    }
}
