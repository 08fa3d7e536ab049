using Jumpgate.Http;
using Jumpgate.Http.Http2;
using Jumpgate.Http.Http2.Trial;
using Jumpgate.Policy.Http;

namespace Jumpgate.Agent.Explain;

/// <summary>A request over HTTP/2, tried on the proxy's own HTTP/2 server.</summary>
internal static class Http2Question
{
    private const string Authority = ":authority";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="headers">
    /// <c>Name: value</c>. Pseudo-headers may be among them (<c>:protocol: websocket</c> makes a CONNECT an extended
    /// one); without an <c>:authority</c>, the first Host becomes it.
    /// </param>
    /// <returns>Null with <paramref name="error"/> where it cannot be put into HTTP/2 fields.</returns>
    public static HttpExplanation? TryAsk(
        string method,
        string target,
        IReadOnlyList<string> headers,
        string defaultHost,
        IRequestPolicy policy,
        out string? error)
    {
        error = null;
        var given = new List<(string Name, string Value)>();
        foreach (var header in headers)
        {
            // A pseudo-header begins with a colon that ends nothing.
            var colon = header.IndexOf(':', Math.Min(1, header.Length));
            if (colon < 0)
            {
                error = $"--header '{header}' is not 'Name: value'";
                return null;
            }

            given.Add((header[..colon].Trim(' ', '\t').ToLowerInvariant(), header[(colon + 1)..].Trim(' ', '\t')));
        }

        var fields = Fields(method, target, given, defaultHost);
        using var timeout = new CancellationTokenSource(Patience);
        var judgement = Task.Run(() => Http2Trial.RunAsync(fields, policy, new HttpFilterOptions(), timeout.Token))
            .GetAwaiter().GetResult();
        return Explain(method, judgement);
    }

    private static List<(string Name, string Value)> Fields(
        string method, string target, List<(string Name, string Value)> given, string defaultHost)
    {
        var pseudo = new List<(string Name, string Value)> { (":method", method) };
        pseudo.AddRange(given.Where(f => f.Name.StartsWith(':')));
        var rest = given.Where(f => !f.Name.StartsWith(':')).ToList();

        // A CONNECT's target is its authority, and it has neither scheme nor path; an extended one has all of them.
        var isTunnel = method == "CONNECT" && !Has(pseudo, ":protocol");
        if (!isTunnel)
        {
            AddMissing(pseudo, ":scheme", "http");
            AddMissing(pseudo, ":path", target);
        }
        else if (!Has(pseudo, Authority))
        {
            pseudo.Add((Authority, target));
        }

        if (!Has(pseudo, Authority))
        {
            var host = rest.FindIndex(f => f.Name == "host");
            pseudo.Add((Authority, host < 0 ? defaultHost : rest[host].Value));
            if (host >= 0)
            {
                rest.RemoveAt(host);
            }
        }

        return [.. pseudo, .. rest];
    }

    private static HttpExplanation Explain(string method, Http2Judgement judgement)
    {
        var client = judgement switch
        {
            { IsForwarded: true } => null,
            { GrpcStatus: { } status } => $"grpc-status {status} (PERMISSION_DENIED), HTTP status 200",
            { Location: { } location } => $"307 with Location: {location}",
            { Error: { EndsConnection: true } error } => $"{error}, and the connection is closed",
            { Error: { } error } => $"{error}",
            { Status: 0 } => "the connection is closed",
            _ => $"{judgement.Status}",
        };
        var refusal = judgement.Reason is not { } reason ? null
            : judgement switch
            {
                { GrpcStatus: { } status } => $"grpc-status {status}: {reason}",
                { Location: { } location } => $"307 to {location}: {reason}",
                { Error: { } error } => $"{error}: {reason}",
                _ => $"{judgement.Status}: {reason}",
            };
        return new HttpExplanation(
            method, refusal is null ? judgement.Target : null, judgement.Decision, refusal, client);
    }

    private static bool Has(List<(string Name, string Value)> fields, string name) =>
        fields.Exists(f => f.Name == name);

    private static void AddMissing(List<(string Name, string Value)> fields, string name, string value)
    {
        if (!Has(fields, name))
        {
            fields.Add((name, value));
        }
    }
}
