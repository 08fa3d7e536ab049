using System.Buffers.Text;

namespace Jumpgate.Http.Http1;

internal enum BodyKind
{
    None,
    Length,
    Chunked,
    /// <summary>Responses only: until the server closes.</summary>
    UntilClose,
}

/// <summary>
/// How a body ends (RFC 9112 section 6). Anything that two readers could take differently is refused.
/// </summary>
internal readonly record struct MessageFraming(BodyKind Kind, long Length)
{
    /// <summary>
    /// Reads Content-Length and Transfer-Encoding; <see cref="BodyKind.None"/> where there is neither.
    /// </summary>
    public static RequestRejection Read(
        HeaderFields fields, ReadOnlySpan<byte> head, bool isHttp11, out MessageFraming framing)
    {
        framing = default;
        var lengthIndex = -1;
        var encodingIndex = -1;
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields.Name(i, head);
            if (name.Length == 14 && HeaderFields.Same(name, "content-length"u8))
            {
                if (lengthIndex >= 0)
                {
                    return RequestRejection.RepeatedContentLength;
                }

                lengthIndex = i;
            }
            else if (name.Length == 17 && HeaderFields.Same(name, "transfer-encoding"u8))
            {
                if (encodingIndex >= 0 || !isHttp11 || !HeaderFields.Same(fields.Value(i, head), "chunked"u8))
                {
                    return RequestRejection.BadTransferEncoding;
                }

                encodingIndex = i;
            }
        }

        if (encodingIndex >= 0)
        {
            framing = new MessageFraming(BodyKind.Chunked, 0);
            return lengthIndex >= 0 ? RequestRejection.ContentLengthWithTransferEncoding : RequestRejection.None;
        }

        if (lengthIndex < 0)
        {
            return RequestRejection.None;
        }

        var value = fields.Value(lengthIndex, head);
        // Utf8Parser takes a sign; only digits are a length.
        if (value.IsEmpty || value.Length > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(value, out long length, out var used) || used != value.Length)
        {
            return RequestRejection.BadContentLength;
        }

        framing = new MessageFraming(length == 0 ? BodyKind.None : BodyKind.Length, length);
        return RequestRejection.None;
    }
}
