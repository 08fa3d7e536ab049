using Envoy.Type.Matcher.V3;

namespace Jumpgate.Xds.Services;

/// <summary>Which nodes a status request is about.</summary>
internal static class NodeMatch
{
    /// <summary>
    /// Any matcher is enough; none means all. IDs can be matched, metadata cannot, nor by expressions.
    /// </summary>
    public static bool TryCreate(
        IReadOnlyCollection<NodeMatcher> matchers, out Func<string, bool> match, out string unsupported)
    {
        var all = new List<Func<string, bool>>();
        (match, unsupported) = (_ => true, string.Empty);
        foreach (var matcher in matchers)
        {
            if (matcher.NodeMetadatas.Count > 0)
            {
                unsupported = "node_metadatas are not supported; match node_id";
                return false;
            }

            var id = matcher.NodeId;
            var how = id?.IgnoreCase == true ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            switch (id?.MatchPatternCase)
            {
                case null: all.Add(_ => true); break;
                case StringMatcher.MatchPatternOneofCase.Exact: all.Add(n => n.Equals(id.Exact, how)); break;
                case StringMatcher.MatchPatternOneofCase.Prefix: all.Add(n => n.StartsWith(id.Prefix, how)); break;
                case StringMatcher.MatchPatternOneofCase.Suffix: all.Add(n => n.EndsWith(id.Suffix, how)); break;
                case StringMatcher.MatchPatternOneofCase.Contains: all.Add(n => n.Contains(id.Contains, how)); break;
                default:
                    unsupported = $"node_id.{id.MatchPatternCase} is not supported";
                    return false;
            }
        }

        if (all.Count > 0)
        {
            match = id => all.Any(m => m(id));
        }

        return true;
    }
}
