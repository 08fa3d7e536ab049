using System.Text;

namespace Jumpgate.Grpc.Framing;

/// <summary>
/// <c>grpc-message</c>: UTF-8, percent-encoded outside printable ASCII (gRPC: PROTOCOL-HTTP2.md, Status-Message).
/// </summary>
internal static class StatusMessage
{
    /// <summary>
    /// Trailers share the client's limit for headers (8 KB is usual): a long message must not cost the status.
    /// </summary>
    private const int MaxBytes = 4096;

    public static string Encode(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            }

            if (text.Length >= MaxBytes)
            {
                break;
            }
        }

        return text.ToString();
    }
}
