using System.Text;
using Jumpgate.Http;
using Jumpgate.Http.Http1;
using Jumpgate.Policy.Http;

namespace Jumpgate.Agent.Explain;

/// <summary>A request over HTTP/1.1, asked of the parser that the proxy runs.</summary>
internal static class Http1Question
{
    /// <param name="defaultHost">Where no header names the host.</param>
    public static HttpExplanation Ask(
        string method, string target, IReadOnlyList<string> headers, string defaultHost, IRequestPolicy policy)
    {
        var text = new StringBuilder($"{method} {target} HTTP/1.1\r\n");
        if (!headers.Any(h => h.StartsWith("host:", StringComparison.OrdinalIgnoreCase)))
        {
            text.Append($"Host: {(method == "CONNECT" ? target : defaultHost)}\r\n");
        }

        foreach (var header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        var bytes = Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
        var head = new Http1RequestHead();
        var rejection = head.Parse(bytes, new HttpFilterOptions());
        if (rejection != RequestRejection.None)
        {
            var code = rejection.StatusCode();
            return Refuse(method, $"{code}: {rejection.Describe()}", $"{code}, and the connection is closed");
        }

        switch (RequestTarget.Normalize(head.Method, head.Target, head.Authority, out var normalised, out var reason))
        {
            case RequestTargetStatus.Bad:
                return Refuse(method, $"400: {reason}", "400, and the connection is closed");
            case RequestTargetStatus.Redirect:
                return Refuse(
                    method,
                    $"307 to {normalised}: the path holds an escaped slash or backslash",
                    $"307 with Location: {normalised}");
        }

        var view = new HttpRequestView(
            head.Method, normalised, head.Authority, new Http1RequestHeaders(head, () => bytes));
        var decision = policy.Decide(view);
        return new HttpExplanation(
            method, normalised, decision, null, decision.Verdict == HttpVerdict.Denied ? "403" : null)
        {
            Head = bytes,
        };
    }

    private static HttpExplanation Refuse(string method, string why, string client) =>
        new(method, null, default, why, client);
}
