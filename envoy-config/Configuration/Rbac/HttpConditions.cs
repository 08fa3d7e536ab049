using System.Collections.Frozen;
using Envoy.Config.Rbac.V3;
using Envoy.Type.Matcher.V3;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http.Rules;

namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>One HTTP rule's conditions as permissions, all of which must hold.</summary>
internal sealed class HttpConditions(HttpForm form)
{
    private const string Connect = "CONNECT";
    private const string GrpcMethod = "POST";

    /// <summary>
    /// Headers that Envoy makes, changes or takes away before it asks the rules, or that are the connection's own.
    /// </summary>
    private static readonly FrozenSet<string> EnvoysOwn = FrozenSet.ToFrozenSet(
        ["x-forwarded-proto", "x-forwarded-client-cert", "connection", "proxy-connection", "keep-alive",
            "transfer-encoding", "upgrade",
            "te", "expect", "http2-settings", "trailer"],
        StringComparer.OrdinalIgnoreCase);

    /// <returns>Null where the rule has to be left out: it cannot match, or <paramref name="refusal"/> says
    /// why.</returns>
    public List<Permission>? Of(CompiledHttpRule rule, out string? refusal)
    {
        refusal = rule.HeaderMatches.Select(WhyNot).Concat(rule.Headers.Select(h => WhyNot(h.Name)))
            .FirstOrDefault(w => w is not null);
        if (refusal is not null || (form != HttpForm.Envoy && rule.Method?.IsMatch(GrpcMethod) == false))
        {
            return null;
        }

        var all = new List<Permission>();
        if (form == HttpForm.Envoy)
        {
            // CONNECT opens a tunnel in which no rule is asked any more: only a rule that speaks of the method grants
            // it.
            all.Add(rule.Method is null
                ? new Permission { NotRule = Exact(":method", Connect) }
                : Header(":method", Expression(rule.Method.Pattern)));
        }

        if (rule.Path is not null)
        {
            all.Add(Target(Expression(rule.Path.Pattern)));
        }

        if (rule.Host is not null)
        {
            all.Add(Header(":authority", Expression(rule.Host.Pattern)));
        }

        all.AddRange(rule.Headers.Select(h => Required(h.Name, h.Value)));
        all.AddRange(rule.HeaderMatches.Select(m => Required(m.Name, string.IsNullOrEmpty(m.Value) ? null : m.Value)));
        return all;
    }

    private StringMatcher Expression(string pattern) =>
        form == HttpForm.Envoy ? Matchers.Expression(pattern) : Matchers.Grouped(pattern);

    /// <summary>
    /// Rules are about path and query: Envoy's url_path would leave the query out, and gRPC has none.
    /// </summary>
    private Permission Target(StringMatcher value) => form == HttpForm.Envoy
        ? Header(":path", value)
        : new Permission { UrlPath = new PathMatcher { Path = value } };

    /// <summary>A repeated header is compared as its values joined by a comma, in Envoy as here.</summary>
    private Permission Required(string name, string? value) =>
        value is null ? new Permission { Header = Matchers.Present(name) } : Exact(name, value);

    private Permission Exact(string name, string value) => Header(name, new StringMatcher { Exact = value });

    private Permission Header(string name, StringMatcher value) => new()
    {
        Header = form == HttpForm.OldGrpc ? Matchers.OldHeader(name, value) : Matchers.Header(name, value),
    };

    private string? WhyNot(HeaderMatch match) => match switch
    {
        { Secret: not null } =>
            $"headerMatches on {match.Name} compares with a secret, which the node's configuration would show to "
            + "whoever reads it; write the condition as a header without a secret, or leave this port to the agent's own redirect",
        { Mismatch: { } action } =>
            $"headerMatches on {match.Name} has the mismatch action {action.ToString().ToUpperInvariant()}, "
            + "and RBAC allows or denies only; leave this port to the agent's own redirect",
        _ => WhyNot(match.Name),
    };

    private string? WhyNot(string name) => form == HttpForm.Envoy
        ? EnvoysOwn.Contains(name) || name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase)
            ? $"Envoy does not leave the header {name} as the client sent it; leave this port to the agent's own redirect" : null
        // gRFC A41: such a matcher makes the application refuse all of its configuration.
        : name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
            ? $"the header {name} is gRPC's own, and gRPC's RBAC does not show it to rules" : null;
}
