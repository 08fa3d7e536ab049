using System.Net.Http;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Http2;

/// <summary>Why a server did not answer, or not to the end, and what the client is told.</summary>
/// <param name="ResetCode">The server reset the stream with this code, and so does the proxy; null where it did
/// not.</param>
internal readonly record struct UpstreamFailure(int Status, string Reason, int? ResetCode)
{
    public static UpstreamFailure From(Exception? exception)
    {
        if (Find<HttpProtocolException>(exception) is { } protocol && IsAnswer(protocol.ErrorCode))
        {
            var code = (int)protocol.ErrorCode;
            return new(StatusCodes.Status502BadGateway, $"the server reset the stream with HTTP/2 error {code}", code);
        }

        return Find<SocketException>(exception) switch
        {
            { SocketErrorCode: SocketError.TimedOut } =>
                new(StatusCodes.Status504GatewayTimeout, "the server did not answer in time", null),
            { SocketErrorCode: SocketError.ConnectionReset } =>
                new(StatusCodes.Status502BadGateway, "the server broke off the connection", null),
            not null => new(StatusCodes.Status502BadGateway, "the server could not be reached", null),
            null => new(StatusCodes.Status502BadGateway, "the server broke off or does not speak HTTP/2", null),
        };
    }

    /// <summary>
    /// Codes that servers give streams on purpose (RFC 9113 section 7): INTERNAL_ERROR, REFUSED_STREAM, CANCEL,
    /// ENHANCE_YOUR_CALM, INADEQUATE_SECURITY, HTTP_1_1_REQUIRED. The others are between the proxy and the server.
    /// </summary>
    private static bool IsAnswer(long code) => code is 0x2 or 0x7 or 0x8 or 0xb or 0xc or 0xd;

    private static T? Find<T>(Exception? exception)
        where T : Exception => exception switch
        {
            null => null,
            T found => found,
            AggregateException many => many.InnerExceptions.Select(Find<T>).FirstOrDefault(e => e is not null),
            _ => Find<T>(exception.InnerException),
        };
}
