using System.Collections;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Grpc;

/// <summary>
/// Headers or trailers of a call that are the application's: in order, names in lower case, repeatable. Values of names
/// that end in <c>-bin</c> are bytes, base64 on the wire (gRPC: PROTOCOL-HTTP2.md, Custom-Metadata).
/// </summary>
public sealed class Metadata : IReadOnlyList<Metadata.Entry>
{
    private const string BinarySuffix = "-bin";
    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    public Entry this[int index] => _entries[index];

    public void Add(string key, string value) => _entries.Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => _entries.Add(new Entry(key, valueBytes));

    public void Add(Entry entry) => _entries.Add(entry);

    /// <returns>The last value with that name; null when there is none.</returns>
    public string? GetValue(string key) =>
        _entries.FindLast(e => string.Equals(e.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// What the client sent, without what HTTP/2 and gRPC use themselves. Bytes that are not base64 are left out.
    /// </summary>
    internal static Metadata From(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(':') || IsReserved(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                if (!name.EndsWith(BinarySuffix, StringComparison.OrdinalIgnoreCase))
                {
                    metadata.Add(name, value ?? string.Empty);
                    continue;
                }

                // Several values may share a line; padding is optional.
                foreach (var part in (value ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
                {
                    if (TryDecode(part, out var bytes))
                    {
                        metadata.Add(name, bytes);
                    }
                }
            }
        }

        return metadata;
    }

    internal static bool IsReserved(string name) =>
        (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
            && !name.Equals("grpc-status-details-bin", StringComparison.OrdinalIgnoreCase))
        || name.Equals("te", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("host", StringComparison.OrdinalIgnoreCase);

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        bytes = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, bytes, out var written))
        {
            return false;
        }

        Array.Resize(ref bytes, written);
        return true;
    }

    /// <summary>One name with its value.</summary>
    public sealed class Entry
    {
        private readonly byte[]? _bytes;
        private readonly string? _text;

        public Entry(string key, string value)
            : this(key)
        {
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinary || value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
            {
                throw new ArgumentException(
                    $"'{Key}' takes {(IsBinary ? "bytes" : "printable ASCII only")}", nameof(value));
            }

            _text = value;
        }

        public Entry(string key, byte[] valueBytes)
            : this(key)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!IsBinary)
            {
                throw new ArgumentException(
                    $"'{Key}' takes text; names of bytes end in {BinarySuffix}", nameof(valueBytes));
            }

            _bytes = valueBytes;
        }

        private Entry(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            Key = key.ToLowerInvariant();
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinarySuffix, StringComparison.Ordinal);

        /// <summary>Text; of bytes, their UTF-8 reading.</summary>
        public string Value => _text ?? Encoding.UTF8.GetString(_bytes!);

        public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(_text!);

        internal string OnTheWire => _text ?? Convert.ToBase64String(_bytes!);
    }
}
