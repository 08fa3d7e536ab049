using System.Text;

namespace Jumpgate.Http.Http1;

/// <summary>
/// One request head, parsed in place (RFC 9112). There is one reading or none: whatever two servers could understand
/// differently is a <see cref="RequestRejection"/>. Reused from request to request; valid while its bytes are.
/// </summary>
public sealed class Http1RequestHead
{
    private readonly HeaderFields _fields = new();
    private char[] _text = new char[128];
    private int _methodLength;
    private int _targetLength;
    private int _authorityLength;

    public ReadOnlySpan<char> Method => _text.AsSpan(0, _methodLength);

    /// <summary>The target as received.</summary>
    public ReadOnlySpan<char> Target => _text.AsSpan(_methodLength, _targetLength);

    /// <summary>Host as received.</summary>
    public ReadOnlySpan<char> Authority => _text.AsSpan(_methodLength + _targetLength, _authorityLength);

    public bool IsHttp11 { get; private set; }

    public string Protocol => IsHttp11 ? "HTTP/1.1" : "HTTP/1.0";

    public bool ExpectsContinue { get; private set; }

    /// <summary>The protocols of an Upgrade that may be forwarded; empty where there is none.</summary>
    public string Upgrade { get; private set; } = string.Empty;

    internal bool ClientCloses { get; private set; }

    internal MessageFraming Framing { get; private set; }

    internal HeaderFields Fields => _fields;

    /// <summary>Bytes of the first line, its CRLF included.</summary>
    internal int RequestLineLength { get; private set; }

    /// <param name="head">The whole head, from the request line to the empty line.</param>
    public RequestRejection Parse(ReadOnlySpan<byte> head, HttpFilterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Clear();
        if (head.Contains((byte)0))
        {
            return RequestRejection.NulByte;
        }

        var rejection = ParseRequestLine(head, out var method, out var target);
        if (rejection == RequestRejection.None)
        {
            rejection = _fields.Read(head, RequestLineLength, options.MaxHeaders);
        }

        if (rejection == RequestRejection.None)
        {
            rejection = ParseHost(head, out var host);
            Widen(method, target, host);
        }

        if (rejection == RequestRejection.None)
        {
            rejection = MessageFraming.Read(_fields, head, IsHttp11, out var framing);
            Framing = framing;
        }

        return rejection == RequestRejection.None ? ParseConnection(head) : rejection;
    }

    /// <summary>Forgets the former request, so that nothing of it is said of one that cannot be parsed.</summary>
    internal void Clear()
    {
        _fields.Clear();
        _methodLength = _targetLength = _authorityLength = 0;
        ExpectsContinue = false;
        ClientCloses = true;
        Framing = default;
        Upgrade = string.Empty;
    }

    private RequestRejection ParseRequestLine(
        ReadOnlySpan<byte> head, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> target)
    {
        method = default;
        target = default;
        var length = head.IndexOf("\r\n"u8);
        if (length < 0)
        {
            return RequestRejection.BareLineFeed;
        }

        RequestLineLength = length + 2;
        var line = head[..length];
        if (line.Contains((byte)'\r'))
        {
            return RequestRejection.BareCarriageReturn;
        }

        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first)
        {
            return RequestRejection.BadRequestLine;
        }

        method = line[..first];
        target = line[(first + 1)..last];
        var version = line[(last + 1)..];
        if (!HeaderFields.IsToken(method))
        {
            return RequestRejection.BadMethod;
        }

        if (!version.SequenceEqual("HTTP/1.1"u8) && !version.SequenceEqual("HTTP/1.0"u8))
        {
            return version.StartsWith("HTTP/"u8)
                ? RequestRejection.UnsupportedVersion : RequestRejection.BadRequestLine;
        }

        IsHttp11 = version[7] == '1';
        return target.IsEmpty || target.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)
            ? RequestRejection.BadTarget
            : RequestRejection.None;
    }

    private RequestRejection ParseHost(ReadOnlySpan<byte> head, out ReadOnlySpan<byte> host)
    {
        host = default;
        var found = false;
        for (var i = 0; i < _fields.Count; i++)
        {
            if (HeaderFields.Same(_fields.Name(i, head), "host"u8))
            {
                if (found)
                {
                    return RequestRejection.RepeatedHost;
                }

                found = true;
                host = _fields.Value(i, head);
            }
        }

        return !found ? RequestRejection.MissingHost
            : host.IsEmpty || host.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e) || host.IndexOfAny("/\\@,"u8) >= 0
                ? RequestRejection.BadHost
                : RequestRejection.None;
    }

    private RequestRejection ParseConnection(ReadOnlySpan<byte> head)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            var name = _fields.Name(i, head);
            if (name.Length == 6 && HeaderFields.Same(name, "expect"u8))
            {
                if (ExpectsContinue || !HeaderFields.Same(_fields.Value(i, head), "100-continue"u8))
                {
                    return RequestRejection.UnsupportedExpectation;
                }

                ExpectsContinue = true;
            }
            else if (name.Length == 7 && HeaderFields.Same(name, "upgrade"u8))
            {
                Upgrade += (Upgrade.Length > 0 ? "," : "") + Encoding.Latin1.GetString(_fields.Value(i, head));
            }
        }

        if (!ConnectionOptions.TryRead(_fields, head, out var connection))
        {
            return RequestRejection.BadConnectionHeader;
        }

        ClientCloses = connection.Close || !IsHttp11;
        if (!connection.Upgrade || !IsHttp11 || SpeaksHttp(Upgrade))
        {
            Upgrade = string.Empty;
        }

        return RequestRejection.None;
    }

    /// <summary>
    /// An upgrade to another HTTP (h2c) or to TLS would carry requests past the rules: it is not offered to the server.
    /// </summary>
    private static bool SpeaksHttp(string upgrade) => upgrade.Split(',').Any(protocol =>
        protocol.Trim().StartsWith("h2", StringComparison.OrdinalIgnoreCase)
        || protocol.Trim().StartsWith("http", StringComparison.OrdinalIgnoreCase)
        || protocol.Trim().StartsWith("tls", StringComparison.OrdinalIgnoreCase));

    private void Widen(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, ReadOnlySpan<byte> host)
    {
        var needed = method.Length + target.Length + host.Length;
        if (_text.Length < needed)
        {
            _text = new char[needed];
        }

        _methodLength = Encoding.Latin1.GetChars(method, _text);
        _targetLength = Encoding.Latin1.GetChars(target, _text.AsSpan(_methodLength));
        _authorityLength = Encoding.Latin1.GetChars(host, _text.AsSpan(_methodLength + _targetLength));
    }
}
