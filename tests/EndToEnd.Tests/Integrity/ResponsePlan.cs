using System.Globalization;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// The answer to one request: both ends derive it from the same seed, the server to send and the client to compare.
/// </summary>
internal sealed class ResponsePlan
{
    public ResponsePlan(ulong seed, long connection, int sequence, string method)
    {
        var dice = new Dice(seed, connection, sequence, 2);
        Id = string.Create(CultureInfo.InvariantCulture, $"{connection}-{sequence}");
        Status = dice.Chance(3) ? 204 : dice.Chance(3) ? 404 : 200;
        var size = Status == 204 || dice.Chance(10) ? 0 : dice.Size();
        Body = Payload.Take(ref dice, size);
        IsChunked = Status != 204 && dice.Chance(20);
        HasBody = Status != 204 && method != "HEAD";
    }

    public string Id { get; }

    public int Status { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public bool IsChunked { get; }

    /// <summary>False where the head may announce one, and none follows (HEAD, 204).</summary>
    public bool HasBody { get; }

    public byte[] Head()
    {
        var framing = Status == 204 ? ""
            : IsChunked ? "Transfer-Encoding: chunked\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {Status} Whatever\r\nX-Id: {Id}\r\nX-Sum: {Payload.Checksum(Body.Span)}\r\n{framing}\r\n"));
    }
}
