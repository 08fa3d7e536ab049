namespace Jumpgate.Policy.Http;

/// <summary>What is judged, and exactly what is then forwarded.</summary>
/// <param name="target">Normalised request target: path and query (<see cref="RequestTarget"/>); the authority for
/// CONNECT.</param>
/// <param name="authority">Host header or :authority, port included as sent.</param>
public readonly ref struct HttpRequestView(
    ReadOnlySpan<char> method,
    ReadOnlySpan<char> target,
    ReadOnlySpan<char> authority,
    IRequestHeaders headers)
{
    public ReadOnlySpan<char> Method { get; } = method;

    public ReadOnlySpan<char> Target { get; } = target;

    public ReadOnlySpan<char> Authority { get; } = authority;

    public IRequestHeaders Headers { get; } = headers;
}
