using Microsoft.Extensions.Logging;

namespace Jumpgate.Http.Http2.Trial;

/// <summary>Kestrel tells its log alone why it refuses a request; the client is told a number.</summary>
internal sealed class RefusalLog : ILoggerFactory, ILogger
{
    private volatile string? _reason;

    /// <summary>The first that was logged.</summary>
    public string? Reason => _reason;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // Nobody else listens.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
        {
            // "HTTP/2 stream ID 1 error (PROTOCOL_ERROR): why": the frame says the rest.
            var message = exception.Message;
            const string End = "_ERROR): ";
            var end = message.StartsWith("HTTP/2 ", StringComparison.Ordinal)
                ? message.IndexOf(End, StringComparison.Ordinal) : -1;
            _reason ??= end < 0 ? message : message[(end + End.Length)..];
        }
    }

    public void Dispose()
    {
        // Holds nothing.
    }
}
