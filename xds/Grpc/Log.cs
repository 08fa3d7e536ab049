using Microsoft.Extensions.Logging;

namespace Jumpgate.Grpc;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    public static partial void MethodFailed(this ILogger logger, string method, Exception exception);
}
