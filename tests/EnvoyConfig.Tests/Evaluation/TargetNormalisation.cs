using System.Text;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Escaped =
    Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManager.Types.PathWithEscapedSlashesAction;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

public enum TargetOutcome
{
    Taken,
    /// <summary>400; gRPC: INTERNAL.</summary>
    Rejected,
    /// <summary>A redirect to the new path; gRPC: INTERNAL.</summary>
    Redirected,
}

/// <summary>
/// What the connection manager does to <c>:path</c> before anything else sees it (http_connection_manager.proto).
/// </summary>
internal static class TargetNormalisation
{
    private const string PathCharacters = "-._~!$&'()*+,;=:@%/\\";

    public static (TargetOutcome Outcome, string Path) Apply(HttpConnectionManager manager, string path)
    {
        // Envoy answers 400 to a fragment in :path, unless told to strip it.
        if (path.Contains('#'))
        {
            return (TargetOutcome.Rejected, path);
        }

        var question = path.IndexOf('?');
        var query = question < 0 ? string.Empty : path[question..];
        var url = question < 0 ? path : path[..question];
        var outcome = TargetOutcome.Taken;
        switch (manager.PathWithEscapedSlashesAction)
        {
            // "Envoy, by default, takes the KEEP_UNCHANGED action."
            case Escaped.ImplementationSpecificDefault or Escaped.KeepUnchanged:
                break;
            // "Reject client request with the 400 status. gRPC requests will be rejected with the INTERNAL (13) error
            // code."
            case Escaped.RejectRequest when HasEscapedSlash(url):
                return (TargetOutcome.Rejected, path);
            // "Unescape %2F and %5C sequences and redirect request to the new path if these sequences were present.
            // Redirect occurs after path normalization and merge slashes transformations if they were configured."
            case Escaped.UnescapeAndRedirect when HasEscapedSlash(url):
                outcome = TargetOutcome.Redirected;
                url = Unescape(url);
                break;
            // "Unescape %2F and %5C sequences."
            case Escaped.UnescapeAndForward when HasEscapedSlash(url):
                url = Unescape(url);
                break;
        }

        // "Should paths be normalized according to RFC 3986 before any processing of requests by HTTP filters or
        // routing?" An asterisk is no path.
        if (manager.NormalizePath == true && url != "*")
        {
            if (url.Any(c => !char.IsAsciiLetterOrDigit(c) && !PathCharacters.Contains(c, StringComparison.Ordinal)))
            {
                throw new NotModelledException($"normalisation of {url}, which RFC 3986 has no reading for");
            }

            if (!url.StartsWith('/'))
            {
                return (TargetOutcome.Rejected, path);
            }

            url = Normalise(url);
        }

        // "Determines if adjacent slashes in the path are merged into one before any processing of requests by HTTP
        // filters or routing." After normalisation: that is the order in which the fields' documentation names them.
        if (manager.MergeSlashes)
        {
            url = Merge(url);
        }

        return (outcome, url + query);
    }

    private static bool HasEscapedSlash(string url) =>
        url.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            || url.Contains("%5C", StringComparison.OrdinalIgnoreCase);

    private static string Unescape(string url) => url.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
        .Replace("%5C", "\\", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// RFC 3986 6.2.2.2 (escapes of unreserved characters are decoded) and 6.2.2.3 (dot segments are removed, 5.2.4);
    /// "Envoy does not perform case normalization". One pass from the left: what a bad escape leaves is not looked at
    /// again. Envoy's library is a browser's, to which a backslash is a slash.
    /// </summary>
    private static string Normalise(string url)
    {
        var decoded = new StringBuilder(url.Length);
        for (var i = 0; i < url.Length; i++)
        {
            if (url[i] == '%' && i + 2 < url.Length && char.IsAsciiHexDigit(url[i + 1])
                && char.IsAsciiHexDigit(url[i + 2])
                && (char)Convert.FromHexString(url.AsSpan(i + 1, 2))[0] is var character
                && (char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '~'))
            {
                decoded.Append(character);
                i += 2;
            }
            else
            {
                decoded.Append(url[i] == '\\' ? '/' : url[i]);
            }
        }

        // 5.2.4, on segments: "..", removes the one before it, be it empty; the last leaves a slash.
        var segments = decoded.ToString()[1..].Split('/');
        var kept = new List<string>();
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }

            if (segments[i] == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            if (i == segments.Length - 1)
            {
                kept.Add(string.Empty);
            }
        }

        return "/" + string.Join('/', kept);
    }

    private static string Merge(string url)
    {
        while (url.Contains("//", StringComparison.Ordinal))
        {
            url = url.Replace("//", "/", StringComparison.Ordinal);
        }

        return url;
    }
}
