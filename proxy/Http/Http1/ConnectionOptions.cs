namespace Jumpgate.Http.Http1;

/// <summary>What a Connection header says, and the hop-by-hop fields it takes away (RFC 9110 section 7.6.1).</summary>
internal readonly record struct ConnectionOptions(bool Close, bool KeepAlive, bool Upgrade)
{
    /// <summary>
    /// Marks hop-by-hop fields as removed, the nominated ones too: they are neither judged nor forwarded.
    /// </summary>
    /// <returns>False where a field that frames or routes the message is nominated.</returns>
    public static bool TryRead(HeaderFields fields, ReadOnlySpan<byte> head, out ConnectionOptions options)
    {
        options = default;
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields.Name(i, head);
            switch (name.Length)
            {
                case 10 when HeaderFields.Same(name, "connection"u8):
                    if (!ReadTokens(fields, head, fields.Value(i, head), ref options))
                    {
                        return false;
                    }

                    fields.Remove(i);
                    break;
                case 10 when HeaderFields.Same(name, "keep-alive"u8):
                case 16 when HeaderFields.Same(name, "proxy-connection"u8):
                case 2 when HeaderFields.Same(name, "te"u8):
                case 7 when HeaderFields.Same(name, "upgrade"u8):
                case 17 when HeaderFields.Same(name, "transfer-encoding"u8):
                    fields.Remove(i);
                    break;
            }
        }

        return true;
    }

    private static bool ReadTokens(
        HeaderFields fields, ReadOnlySpan<byte> head, ReadOnlySpan<byte> value, ref ConnectionOptions options)
    {
        foreach (var range in value.Split((byte)','))
        {
            var token = value[range].Trim((byte)' ').Trim((byte)'\t');
            if (HeaderFields.Same(token, "close"u8))
            {
                options = options with { Close = true };
            }
            else if (HeaderFields.Same(token, "keep-alive"u8))
            {
                options = options with { KeepAlive = true };
            }
            else if (HeaderFields.Same(token, "upgrade"u8))
            {
                options = options with { Upgrade = true };
            }
            else if (HeaderFields.Same(token, "host"u8) || HeaderFields.Same(token, "content-length"u8)
                || HeaderFields.Same(token, "transfer-encoding"u8))
            {
                return false;
            }
            else if (!token.IsEmpty)
            {
                fields.Remove(token, head);
            }
        }

        return true;
    }
}
