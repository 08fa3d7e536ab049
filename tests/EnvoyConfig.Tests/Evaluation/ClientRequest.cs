namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>A request as a client sends it.</summary>
/// <param name="Headers">Without Host or <c>:authority</c>.</param>
public sealed record ClientRequest(
    string Method, string Target, string Host, IReadOnlyList<(string Name, string Value)> Headers, bool IsHttp2 = false)
{
    public override string ToString() => $"{Method} {Target} {(IsHttp2 ? "HTTP/2" : "HTTP/1.1")}, Host: {Host}"
        + string.Concat(Headers.Select(h => $", {h.Name}: {h.Value}"));
}
