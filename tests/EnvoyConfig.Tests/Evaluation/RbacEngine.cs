using System.Net;
using Envoy.Config.Rbac.V3;
using RbacPolicy = Envoy.Config.Rbac.V3.Policy;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>config/rbac/v3/rbac.proto, over a connection and, in the HTTP filter, a request.</summary>
/// <param name="RemoteAddress">What the connection manager takes for the client; the connection's in a network
/// filter.</param>
internal sealed record RbacEngine(DownstreamConnection Connection, EnvoyRequest? Request, IPAddress RemoteAddress)
{
    /// <summary>"ALLOW: Allows the request if and only if there is a policy that matches the request. DENY: Allows the
    /// request if and only if there are no policies that match the request. LOG: Allows all requests."</summary>
    public bool Allows(RBAC rules)
    {
        NotModelledException.ThrowUnlessOnly(rules, "action", "policies");
        return rules.Action switch
        {
            RBAC.Types.Action.Allow => rules.Policies.Values.Any(Matches),
            RBAC.Types.Action.Deny => !rules.Policies.Values.Any(Matches),
            RBAC.Types.Action.Log => true,
            _ => throw new NotModelledException($"the action {rules.Action}"),
        };
    }

    /// <summary>"A policy matches if and only if at least one of its permissions match the action taking place AND at
    /// least one of its principals match the downstream AND the condition is true if specified."</summary>
    private bool Matches(RbacPolicy policy)
    {
        NotModelledException.ThrowUnlessOnly(policy, "permissions", "principals");
        return policy.Permissions.Any(Matches) && policy.Principals.Any(Matches);
    }

    public bool Matches(Permission permission) => permission.RuleCase switch
    {
        // "A set of rules that all must match in order to define the action."
        Permission.RuleOneofCase.AndRules => permission.AndRules.Rules.All(Matches),
        // "A set of rules where at least one must match in order to define the action."
        Permission.RuleOneofCase.OrRules => permission.OrRules.Rules.Any(Matches),
        // "When any is set, it matches any action." False is invalid.
        Permission.RuleOneofCase.Any => permission.Any ? true : throw new NotModelledException("any: false"),
        // "A header (or pseudo-header such as :path or :method) on the incoming HTTP request. Only available for HTTP
        // request."
        Permission.RuleOneofCase.Header => Matching.Matches(permission.Header, Http("header")),
        // "A URL path on the incoming HTTP request. Only available for HTTP."
        Permission.RuleOneofCase.UrlPath =>
            Http("url_path").Path is { } path && Matching.Matches(permission.UrlPath, path),
        // "A CIDR block that describes the destination IP."
        Permission.RuleOneofCase.DestinationIp =>
            Matching.Contains(permission.DestinationIp, Connection.Destination.Address),
        // "A port number that describes the destination port connecting to."
        Permission.RuleOneofCase.DestinationPort => Connection.Destination.Port == permission.DestinationPort,
        // type/v3/range.proto, Int32Range: "The start of the range (inclusive)", "The end of the range (exclusive)".
        Permission.RuleOneofCase.DestinationPortRange =>
            Connection.Destination.Port >= permission.DestinationPortRange.Start
            && Connection.Destination.Port < permission.DestinationPortRange.End,
        // "if the value of not_rule would match, this permission would not match. Conversely, ..."
        Permission.RuleOneofCase.NotRule => !Matches(permission.NotRule),
        _ => throw new NotModelledException($"the permission {permission}"),
    };

    public bool Matches(Principal principal) => principal.IdentifierCase switch
    {
        // "A set of identifiers that all must match in order to define the downstream."
        Principal.IdentifierOneofCase.AndIds => principal.AndIds.Ids.All(Matches),
        // "A set of identifiers at least one must match in order to define the downstream."
        Principal.IdentifierOneofCase.OrIds => principal.OrIds.Ids.Any(Matches),
        // "When any is set, it matches any downstream."
        Principal.IdentifierOneofCase.Any => principal.Any ? true : throw new NotModelledException("any: false"),
        // "If set, The URI SAN or DNS SAN in that order is used from the certificate, otherwise the subject field is
        // used. If unset, it applies to any user that is authenticated."
        Principal.IdentifierOneofCase.Authenticated => Connection.Principal is { } name
            && (principal.Authenticated.PrincipalName is null
                || Matching.Matches(principal.Authenticated.PrincipalName, name)),
        // "This is always the physical peer even if the remote_ip is inferred from for example the x-forwarder-for
        // header".
        Principal.IdentifierOneofCase.DirectRemoteIp =>
            Matching.Contains(principal.DirectRemoteIp, Connection.Source.Address),
        // "This may not be the physical peer and could be different from the direct_remote_ip."
        Principal.IdentifierOneofCase.RemoteIp => Matching.Contains(principal.RemoteIp, RemoteAddress),
        Principal.IdentifierOneofCase.Header => Matching.Matches(principal.Header, Http("header")),
        Principal.IdentifierOneofCase.UrlPath =>
            Http("url_path").Path is { } path && Matching.Matches(principal.UrlPath, path),
        // "if the value of not_id would match, this principal would not match. Conversely, ..."
        Principal.IdentifierOneofCase.NotId => !Matches(principal.NotId),
        _ => throw new NotModelledException($"the principal {principal}"),
    };

    /// <summary>
    /// network/rbac/v3/rbac.proto: "Header should not be used in rules/shadow_rules in RBAC network filter".
    /// </summary>
    private EnvoyRequest Http(string field) =>
        Request ?? throw new NotModelledException($"{field} in a network filter");
}
