using System.Diagnostics.CodeAnalysis;
using System.Text;
using Envoy.Service.Auth.V3;
using Jumpgate.Policy.Http;

namespace Jumpgate.Agent.ControlPlane.Authorization;

/// <summary>A request's headers as ext_authz sends them, for the rules.</summary>
/// <remarks>
/// <c>headers</c> holds each name once, its values joined with commas, and every byte that is not UTF-8 replaced by
/// '!'. <c>header_map</c> (with <c>encode_raw_headers</c>) holds each field as it came. Values are Latin-1 to the
/// rules, byte for byte, as they are in the proxy.
/// </remarks>
internal sealed class CheckHeaders : IRequestHeaders
{
    private const char Replacement = '!';
    private const char NoByte = '\uffff';

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _host;

    private CheckHeaders(string host) => _host = host;

    /// <summary>Values may differ from those on the wire: no <c>encode_raw_headers</c>.</summary>
    private bool IsReplacing { get; init; }

    /// <returns>Null where the request contradicts itself; <paramref name="why"/> says how.</returns>
    public static CheckHeaders? TryRead(AttributeContext.Types.HttpRequest request, out string? why)
    {
        var raw = request.HeaderMap is not null;
        var headers = new CheckHeaders(request.Host) { IsReplacing = !raw };
        why = raw && request.Headers.Count > 0 ? "headers are given twice, as a map and raw" : null;
        if (why is not null)
        {
            return null;
        }

        if (!raw)
        {
            foreach (var (name, value) in request.Headers)
            {
                headers.Add(name, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value)));
            }
        }
        else
        {
            foreach (var field in request.HeaderMap!.Headers)
            {
                headers.Add(field.Key, Encoding.Latin1.GetString(
                    field.RawValue.IsEmpty ? Encoding.UTF8.GetBytes(field.Value) : field.RawValue.Span));
            }
        }

        why = headers.Contradiction(":method", request.Method) ?? headers.Contradiction(":path", request.Path)
            ?? headers.Contradiction(":authority", request.Host) ?? headers.Contradiction("host", request.Host);
        return why is null ? headers : null;
    }

    /// <summary>
    /// Host is what <c>:authority</c> says, as in the proxy. A value in which a '!' may stand for another byte is
    /// there, and equals nothing: no rule allows a request by a guess.
    /// </summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        if (name.StartsWith(':'))
        {
            value = null;
            return false;
        }

        if (name.Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            value = _host;
            return true;
        }

        if (!_values.TryGetValue(name, out value))
        {
            return false;
        }

        value = IsUncertain(name) ? value.Replace(Replacement, NoByte) : value;
        return true;
    }

    /// <summary>As it came, for what is not a rule's condition.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>A '!' of its value may have been another byte.</summary>
    public bool IsUncertain(string name) =>
        IsReplacing && _values.TryGetValue(name, out var value)
            && value.Contains(Replacement, StringComparison.Ordinal);

    private void Add(string name, string value) =>
        _values[name] = _values.TryGetValue(name, out var before) ? $"{before},{value}" : value;

    /// <summary>
    /// Envoy sends these twice, and both are one request's: who says different things is not to be trusted.
    /// </summary>
    private string? Contradiction(string name, string said) =>
        _values.TryGetValue(name, out var other) && other != said
            ? $"the request says two things of its {name.TrimStart(':')}" : null;
}
