using System.Text;

namespace Jumpgate.Policy.Http;

public enum RequestTargetStatus
{
    Ok,
    /// <summary>400 and close; the reason says why.</summary>
    Bad,
    /// <summary>An escaped slash or backslash in the path: 307 to the unescaped target (gRPC: status 7).</summary>
    Redirect,
}

/// <summary>
/// Normalises a request target before the decision (policy.md, HTTP; RFC 3986 section 6.2.2): escaped unreserved
/// characters are decoded, doubled slashes merged, dot segments removed, in that order. The query is checked and left
/// alone. Normalising a result again changes nothing.
/// </summary>
public static class RequestTarget
{
    /// <param name="method">Decides between origin, authority (CONNECT) and asterisk form (OPTIONS).</param>
    /// <param name="raw">The target as received.</param>
    /// <param name="authority">Host or :authority as received; an absolute form's authority must equal it, without
    /// case.</param>
    /// <param name="target">Ok: what to judge and forward (origin form, <c>*</c>, or CONNECT's authority). Redirect:
    /// the Location, always an absolute path on the same host, and canonical.</param>
    /// <param name="reason">Bad: why, for the log and for explain.</param>
    public static RequestTargetStatus Normalize(
        ReadOnlySpan<char> method,
        ReadOnlySpan<char> raw,
        ReadOnlySpan<char> authority,
        out string? target,
        out string? reason)
    {
        target = null;
        reason = FindForbidden(raw);
        if (reason is not null)
        {
            return RequestTargetStatus.Bad;
        }

        if (method is "CONNECT")
        {
            return NormalizeConnect(raw, authority, out target, out reason);
        }

        if (raw is "*")
        {
            target = "*";
            reason = method is "OPTIONS" ? null : "the target * is for OPTIONS only";
            return reason is null ? RequestTargetStatus.Ok : RequestTargetStatus.Bad;
        }

        if (raw[0] == '/')
        {
            return NormalizeOrigin(raw, out target, out reason);
        }

        reason = SplitAbsolute(raw, authority, out var rest);
        if (reason is not null)
        {
            return RequestTargetStatus.Bad;
        }

        // RFC 9112 section 3.2.4: an absolute form without path and query is "*" for OPTIONS.
        if (rest.IsEmpty)
        {
            target = method is "OPTIONS" ? "*" : "/";
            return RequestTargetStatus.Ok;
        }

        return rest[0] == '/' ? NormalizeOrigin(rest, out target, out reason)
            : NormalizeOrigin($"/{rest}", out target, out reason);
    }

    /// <summary>
    /// True where <see cref="Normalize"/> would return <paramref name="raw"/> itself: the common case, without a copy.
    /// </summary>
    public static bool IsCanonical(ReadOnlySpan<char> method, ReadOnlySpan<char> raw)
    {
        if (raw.IsEmpty || raw[0] != '/' || method is "CONNECT" || raw.ContainsAny('%', '\\', '#')
            || raw.ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        var query = raw.IndexOf('?');
        var path = query < 0 ? raw : raw[..query];
        return path.IndexOf("//", StringComparison.Ordinal) < 0 && path.IndexOf("/.", StringComparison.Ordinal) < 0;
    }

    private static string? FindForbidden(ReadOnlySpan<char> raw)
    {
        if (raw.IsEmpty)
        {
            return "the target is empty";
        }

        var outside = raw.IndexOfAnyExceptInRange('!', '~');
        if (outside >= 0)
        {
            return $"the target holds the byte 0x{(int)raw[outside]:x2}";
        }

        var raws = raw.IndexOfAny('\\', '#');
        return raws >= 0 ? $"the target holds a raw {raw[raws]}" : null;
    }

    private static RequestTargetStatus NormalizeConnect(
        ReadOnlySpan<char> raw, ReadOnlySpan<char> authority, out string? target, out string? reason)
    {
        target = null;
        var colon = raw.LastIndexOf(':');
        reason = colon <= 0 || !ushort.TryParse(raw[(colon + 1)..], out _) || raw.IndexOfAny('/', '@', '?') >= 0
            ? "CONNECT needs a target of the form host:port"
            : raw.Equals(authority, StringComparison.OrdinalIgnoreCase) ? null : "the target's authority is not Host";
        if (reason is not null)
        {
            return RequestTargetStatus.Bad;
        }

        target = raw.ToString();
        return RequestTargetStatus.Ok;
    }

    private static string? SplitAbsolute(
        ReadOnlySpan<char> raw, ReadOnlySpan<char> authority, out ReadOnlySpan<char> rest)
    {
        rest = default;
        var scheme = raw.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : raw.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : 0;
        if (scheme == 0)
        {
            return "the target is neither a path nor an http URI";
        }

        var after = raw[scheme..];
        var end = after.IndexOfAny('/', '?');
        var named = end < 0 ? after : after[..end];
        rest = end < 0 ? default : after[end..];
        return named.IsEmpty ? "the target's authority is empty"
            : named.Contains('@') ? "the target holds user information"
            : named.Equals(authority, StringComparison.OrdinalIgnoreCase) ? null
            : "the target's authority is not Host";
    }

    private static RequestTargetStatus NormalizeOrigin(ReadOnlySpan<char> raw, out string? target, out string? reason)
    {
        target = null;
        var question = raw.IndexOf('?');
        var path = question < 0 ? raw : raw[..question];
        var query = question < 0 ? default : raw[question..];
        reason = FindBadEscape(path) ?? FindBadEscape(query);
        if (reason is not null)
        {
            return RequestTargetStatus.Bad;
        }

        var decoded = Decode(path, out var escapedSlash);
        if (escapedSlash)
        {
            // A backslash is a slash in the Location: browsers take it for one (WHATWG URL), so that "/\host" would
            // name another host, and a request for a raw backslash is refused here anyway. Merging then leaves no
            // "//host" either.
            var unescaped = decoded.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
                .Replace("%5C", "/", StringComparison.OrdinalIgnoreCase);
            target = RemoveDotSegments(MergeSlashes(unescaped)) + query.ToString();
            return RequestTargetStatus.Redirect;
        }

        target = RemoveDotSegments(MergeSlashes(decoded)) + query.ToString();
        return RequestTargetStatus.Ok;
    }

    private static string? FindBadEscape(ReadOnlySpan<char> text)
    {
        for (var i = text.IndexOf('%'); i >= 0;)
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return "the target holds a bad escape";
            }

            if (text[i + 1] == '0' && text[i + 2] == '0')
            {
                return "the target holds %00";
            }

            var next = text[(i + 3)..].IndexOf('%');
            i = next < 0 ? -1 : i + 3 + next;
        }

        return null;
    }

    private static string Decode(ReadOnlySpan<char> path, out bool escapedSlash)
    {
        escapedSlash = false;
        if (!path.Contains('%'))
        {
            return path.ToString();
        }

        var result = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                result.Append(path[i]);
                continue;
            }

            var value = (char)Convert.FromHexString(path.Slice(i + 1, 2))[0];
            if (char.IsAsciiLetterOrDigit(value) || value is '-' or '.' or '_' or '~')
            {
                result.Append(value);
            }
            else
            {
                escapedSlash |= value is '/' or '\\';
                result.Append(path.Slice(i, 3));
            }

            i += 2;
        }

        return result.ToString();
    }

    private static string MergeSlashes(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal))
        {
            return path;
        }

        var result = new StringBuilder(path.Length);
        foreach (var c in path)
        {
            if (c != '/' || result.Length == 0 || result[^1] != '/')
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    /// <summary>RFC 3986 section 5.2.4, for a path that begins with a slash.</summary>
    private static string RemoveDotSegments(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
        {
            return path;
        }

        var segments = path[1..].Split('/');
        var kept = new List<string>(segments.Length);
        for (var i = 0; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            if (segments[i] is "." or "..")
            {
                if (segments[i] == ".." && kept.Count > 0)
                {
                    kept.RemoveAt(kept.Count - 1);
                }

                if (last)
                {
                    kept.Add(string.Empty);
                }
            }
            else
            {
                kept.Add(segments[i]);
            }
        }

        return "/" + string.Join('/', kept);
    }
}
