using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Jumpgate.Agent.Listening;

/// <summary>Options of the form <c>ADDRESS:PORT</c>, the address in numbers.</summary>
internal static class ListenAddress
{
    /// <returns>False for an address without a port too, which .NET takes for one with port 0.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endPoint) =>
        IPEndPoint.TryParse(text, out endPoint) && text.Contains(':', StringComparison.Ordinal) && !text.EndsWith(']')
        && (endPoint.AddressFamily != AddressFamily.InterNetworkV6 || text[0] == '[');
}
