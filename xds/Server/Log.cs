using Microsoft.Extensions.Logging;

namespace Jumpgate.Xds;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} refuses {Type} of version {Version}: {Reason}")]
    public static partial void Refused(this ILogger logger, string node, string type, string version, string reason);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Node} ({UserAgent}) connected from {Peer}: {Service}, {Protocol}")]
    public static partial void Connected(
        this ILogger logger, string node, string userAgent, string peer, string service, string protocol);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Node} from {Peer} has gone: {Service}")]
    public static partial void Disconnected(this ILogger logger, string node, string peer, string service);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a stream from {Peer} was refused: {Reason}")]
    public static partial void StreamRefused(this ILogger logger, string peer, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{File} could not be read, the certificates in use stay: {Reason}")]
    public static partial void CertificatesStay(this ILogger logger, string file, string reason);
}
