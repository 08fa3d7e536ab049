using System.Diagnostics.CodeAnalysis;

namespace Jumpgate.Policy.Http;

public enum RequestTargetStatus
{
    Ok,
    /// <summary>400 and close; the reason says why.</summary>
    Bad,
    /// <summary>An escaped slash or backslash in the path: 307 to the unescaped target (gRPC: status 7).</summary>
    Redirect,
}

/// <summary>Normalises a request target before the decision (policy.md, HTTP; RFC 3986 section 6.2.2).</summary>
public static class RequestTarget
{
    /// <param name="raw">Origin form (path and query), absolute form, <c>*</c> (OPTIONS), or authority form (CONNECT), as received.</param>
    /// <param name="authority">Host or :authority as received; must equal an absolute form's authority.</param>
    /// <param name="target">Ok: what to judge and forward (origin form, <c>*</c>, or CONNECT's authority). Redirect: the Location.</param>
    /// <param name="reason">Bad: why, for the log and for explain.</param>
    public static RequestTargetStatus Normalize(
        ReadOnlySpan<char> method,
        ReadOnlySpan<char> raw,
        ReadOnlySpan<char> authority,
        out string? target,
        out string? reason) => throw new NotImplementedException();
}
