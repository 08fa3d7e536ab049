namespace Jumpgate.Http.Http1;

/// <summary>
/// One response head, parsed as strictly as a request: a server that speaks nonsense gets its client a 502.
/// </summary>
internal sealed class Http1ResponseHead
{
    public HeaderFields Fields { get; } = new();

    public int Status { get; private set; }

    public bool IsHttp11 { get; private set; }

    public bool ServerCloses { get; private set; }

    public MessageFraming Framing { get; private set; }

    public int StatusLineLength { get; private set; }

    /// <summary>
    /// True where the body needs no other framing and no field is dropped: the head may pass as it is.
    /// </summary>
    public bool IsPlain => !Fields.HasRemoved;

    /// <param name="method">HEAD has no body, CONNECT turns into a tunnel.</param>
    public bool TryParse(ReadOnlySpan<byte> head, ReadOnlySpan<char> method, HttpFilterOptions options)
    {
        Fields.Clear();
        StatusLineLength = head.IndexOf("\r\n"u8) + 2;
        var line = head[..(StatusLineLength - 2)];
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1')
            || line[8] != ' '
            || line.Slice(9, 3).ContainsAnyExceptInRange((byte)'0', (byte)'9') || (line.Length > 12 && line[12] != ' ')
            || line.Contains((byte)'\r'))
        {
            return false;
        }

        IsHttp11 = line[7] == '1';
        Status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + line[11] - '0';
        if (Status < 100 || Fields.Read(head, StatusLineLength, options.MaxHeaders) != RequestRejection.None
            || MessageFraming.Read(Fields, head, IsHttp11, out var framing) != RequestRejection.None
            || !ConnectionOptions.TryRead(Fields, head, out var connection))
        {
            return false;
        }

        var bodiless = Status is < 200 or 204 or 304 || method is "HEAD";
        var framed = framing.Kind != BodyKind.None || HasZeroLength(head);
        Framing = bodiless ? default : framed ? framing : new MessageFraming(BodyKind.UntilClose, 0);
        ServerCloses = connection.Close || (!IsHttp11 && !connection.KeepAlive) || Framing.Kind == BodyKind.UntilClose;
        return true;
    }

    private bool HasZeroLength(ReadOnlySpan<byte> head)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            if (HeaderFields.Same(Fields.Name(i, head), "content-length"u8))
            {
                return true;
            }
        }

        return false;
    }
}
