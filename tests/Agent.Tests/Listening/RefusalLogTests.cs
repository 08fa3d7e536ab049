using Jumpgate.Agent.Listening.Sidecars;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>Whoever is refused without end fills no log.</summary>
public sealed class RefusalLogTests
{
    [Fact]
    public void Refusals_OfOneKind_AreToldOnceInAWhile_WithTheirNumber()
    {
        var (time, logger) = (new Clock(), new Lines());
        var log = new RefusalLog(time, logger);
        for (var i = 0; i < 100; i++)
        {
            log.Add("client", "NotItsOwn", "first");
        }

        log.Add("client", "Policy", "second");
        log.Add("other", "NotItsOwn", "third");
        Assert.Equal(["first", "second", "third"], logger.Told.Select(line => line.Split(": ")[1].Split(' ')[0]));

        time.Now += RefusalLog.Pause.Ticks;
        log.Add("client", "NotItsOwn", "fourth");
        Assert.Contains("fourth (99 more", logger.Told[^1], StringComparison.Ordinal);
        Assert.Equal(4, logger.Told.Count);
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }

    private sealed class Lines : ILogger
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter) =>
            Told.Add(formatter(state, exception));
    }
}
