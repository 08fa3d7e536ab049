using System.Buffers;
using System.Text;

namespace Jumpgate.Http.Http1;

/// <summary>Header fields of one head, as ranges of its bytes. Reused from message to message.</summary>
internal sealed class HeaderFields
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private Field[] _fields = new Field[16];

    public int Count { get; private set; }

    /// <summary>True where at least one field is not to be forwarded.</summary>
    public bool HasRemoved { get; private set; }

    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && bytes.IndexOfAnyExcept(TokenBytes) < 0;

    public static bool Same(ReadOnlySpan<byte> name, ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(name, other);

    public void Clear()
    {
        Count = 0;
        HasRemoved = false;
    }

    public ReadOnlySpan<byte> Line(int index, ReadOnlySpan<byte> head) =>
        head.Slice(_fields[index].Start, _fields[index].End - _fields[index].Start);

    public ReadOnlySpan<byte> Name(int index, ReadOnlySpan<byte> head) =>
        head.Slice(_fields[index].Start, _fields[index].NameLength);

    /// <summary>The value without surrounding blanks.</summary>
    public ReadOnlySpan<byte> Value(int index, ReadOnlySpan<byte> head) =>
        head.Slice(_fields[index].ValueStart, _fields[index].ValueLength);

    public bool IsRemoved(int index) => _fields[index].Removed;

    /// <summary>Hop-by-hop: neither judged nor forwarded.</summary>
    public void Remove(int index)
    {
        _fields[index].Removed = true;
        HasRemoved = true;
    }

    public void Remove(ReadOnlySpan<byte> name, ReadOnlySpan<byte> head)
    {
        for (var i = 0; i < Count; i++)
        {
            if (Same(Name(i, head), name))
            {
                Remove(i);
            }
        }
    }

    /// <summary>
    /// Reads the field lines from <paramref name="position"/> to the empty line (RFC 9112 section 5).
    /// </summary>
    public RequestRejection Read(ReadOnlySpan<byte> head, int position, int limit)
    {
        while (true)
        {
            var lineLength = head[position..].IndexOf("\r\n"u8);
            if (lineLength <= 0)
            {
                return lineLength == 0 ? RequestRejection.None : RequestRejection.BareLineFeed;
            }

            if (Count == limit)
            {
                return RequestRejection.TooManyHeaders;
            }

            var rejection = Add(head, position, lineLength);
            if (rejection != RequestRejection.None)
            {
                return rejection;
            }

            position += lineLength + 2;
        }
    }

    private RequestRejection Add(ReadOnlySpan<byte> head, int position, int length)
    {
        var line = head.Slice(position, length);
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return RequestRejection.FoldedHeader;
        }

        var colon = line.IndexOf((byte)':');
        if (colon > 0 && line[colon - 1] is (byte)' ' or (byte)'\t')
        {
            return RequestRejection.SpaceBeforeColon;
        }

        if (colon <= 0 || !IsToken(line[..colon]))
        {
            return RequestRejection.BadHeaderName;
        }

        var value = line[(colon + 1)..];
        foreach (var b in value)
        {
            if (b == '\r')
            {
                return RequestRejection.BareCarriageReturn;
            }

            if ((b < 0x20 && b != '\t') || b == 0x7f)
            {
                return RequestRejection.BadHeaderValue;
            }
        }

        var start = 0;
        var end = value.Length;
        while (start < end && value[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        while (end > start && value[end - 1] is (byte)' ' or (byte)'\t')
        {
            end--;
        }

        if (Count == _fields.Length)
        {
            Array.Resize(ref _fields, _fields.Length * 2);
        }

        _fields[Count++] = new Field
        {
            Start = position,
            End = position + length + 2,
            NameLength = colon,
            ValueStart = position + colon + 1 + start,
            ValueLength = end - start,
        };
        return RequestRejection.None;
    }

    private struct Field
    {
        public int Start;
        public int End;
        public int NameLength;
        public int ValueStart;
        public int ValueLength;
        public bool Removed;
    }
}
