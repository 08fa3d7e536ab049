using Envoy.Config.Route.V3;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>config/route/v3: which route a request takes, and what it overrides.</summary>
internal sealed record Routing(RouteConfiguration Configuration)
{
    /// <returns>Null for either where there is none.</returns>
    public (VirtualHost? Host, Route? Route) Find(EnvoyRequest request)
    {
        NotModelledException.ThrowUnlessOnly(
            Configuration, "name", "virtual_hosts", "typed_per_filter_config", "validate_clusters");
        var host = FindHost(request.Authority);
        if (host is not null)
        {
            NotModelledException.ThrowUnlessOnly(host, "name", "domains", "routes", "typed_per_filter_config");
        }

        // "The list of routes that will be matched, in order, for incoming requests. The first route that matches will
        // be used."
        return (host, host?.Routes.FirstOrDefault(r => Matches(r.Match, request)));
    }

    /// <summary>"The most specific config wins": of the route, of the virtual host, of the configuration. By the
    /// filter's name: under another one it never applies.</summary>
    public Any? Override(string filter, VirtualHost? host, Route? route) =>
        Of(route?.TypedPerFilterConfig, filter) ?? Of(host?.TypedPerFilterConfig, filter)
            ?? Of(Configuration.TypedPerFilterConfig, filter);

    private static Any? Of(MapField<string, Any>? configs, string filter) =>
        configs is not null && configs.TryGetValue(filter, out var found) ? found : null;

    /// <summary>"Domain search order: 1. Exact domain names. 2. Suffix domain wildcards. 3. Prefix domain wildcards. 4.
    /// Special wildcard * matching any domain. The wildcard will not match the empty string. The longest wildcards
    /// match first."</summary>
    private VirtualHost? FindHost(string authority)
    {
        var all = Configuration.VirtualHosts.SelectMany(h => h.Domains.Select(d => (Domain: d, Host: h))).ToList();
        const StringComparison anyCase = StringComparison.OrdinalIgnoreCase;
        return all.Where(d => d.Domain.Equals(authority, anyCase) && d.Domain != "*")
            .Concat(all.Where(d => d.Domain.Length > 1 && d.Domain[0] == '*' && authority.Length >= d.Domain.Length
                && authority.EndsWith(d.Domain[1..], anyCase)).OrderByDescending(d => d.Domain.Length))
            .Concat(all.Where(d => d.Domain.Length > 1 && d.Domain[^1] == '*' && authority.Length >= d.Domain.Length
                && authority.StartsWith(d.Domain[..^1], anyCase)).OrderByDescending(d => d.Domain.Length))
            .Concat(all.Where(d => d.Domain == "*"))
            .Select(d => d.Host).FirstOrDefault();
    }

    private static bool Matches(RouteMatch match, EnvoyRequest request)
    {
        NotModelledException.ThrowUnlessOnly(
            match, "prefix", "path", "safe_regex", "path_separated_prefix", "connect_matcher", "case_sensitive",
            "headers", "grpc");
        return MatchesPath(match, request)
            // "The router will check the request's headers against all the specified headers in the route config."
            && match.Headers.All(h => Matching.Matches(h, request))
            // "If specified, only gRPC requests will be matched."
            && (match.Grpc is null || request.IsGrpc);
    }

    private static bool MatchesPath(RouteMatch match, EnvoyRequest request)
    {
        // "the matcher will only match CONNECT or CONNECT-UDP requests. This is the only way to match CONNECT requests
        // for HTTP/1.1."
        if (match.PathSpecifierCase == RouteMatch.PathSpecifierOneofCase.ConnectMatcher || request.Path is null)
        {
            return match.PathSpecifierCase == RouteMatch.PathSpecifierOneofCase.ConnectMatcher
                && request.Method == "CONNECT";
        }

        // "Indicates that prefix/path matching should be case sensitive. The default is true. Ignored for safe_regex
        // matching."
        var comparison = match.CaseSensitive ?? true ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var path = Matching.WithoutQuery(request.Path);
        return match.PathSpecifierCase switch
        {
            // "the prefix must match the beginning of the :path header"
            RouteMatch.PathSpecifierOneofCase.Prefix => request.Path.StartsWith(match.Prefix, comparison),
            // "the path must exactly match the :path header once the query string is removed"
            RouteMatch.PathSpecifierOneofCase.Path => path.Equals(match.Path, comparison),
            // "The entire path (without the query string) must match the regex."
            RouteMatch.PathSpecifierOneofCase.SafeRegex => Matching.Matches(match.SafeRegex, path),
            // "must either exactly match the path_separated_prefix or have it as a prefix, followed by /"
            RouteMatch.PathSpecifierOneofCase.PathSeparatedPrefix => path.Equals(match.PathSeparatedPrefix, comparison)
                || path.StartsWith(match.PathSeparatedPrefix + "/", comparison),
            _ => throw new NotModelledException($"the route match {match}"),
        };
    }
}
