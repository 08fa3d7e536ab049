using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Http2;

/// <summary>
/// What Kestrel lets through and HTTP/2 does not (RFC 9113 section 8.2). Such a field would be judged and then lost on
/// the way, since .NET's client cannot send it: it makes the request malformed instead.
/// </summary>
internal static class FieldRules
{
    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <returns>Why the request is malformed, or null.</returns>
    public static string? FindForbidden(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.AsSpan().ContainsAnyExcept(Token))
            {
                return "a header's name is not a token";
            }

            if (IsOfConnection(name))
            {
                return $"the header {name} belongs to HTTP/1.1 connections";
            }
        }

        return null;
    }

    private static bool IsOfConnection(string name) => name.Length switch
    {
        7 => Is(name, "Upgrade"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        16 => Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        _ => false,
    };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
