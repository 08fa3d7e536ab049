using System.Diagnostics;

namespace Jumpgate.Testing;

/// <summary>Waits for conditions, never for time alone.</summary>
public static class Wait
{
    /// <summary>
    /// How long to wait for what comes in the end. It bounds a hang and says nothing about speed: a busy machine stands
    /// still for many seconds now and then.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls until the condition holds.</summary>
    /// <param name="condition">Asked at least once, and once more when time is up.</param>
    /// <param name="timeout">How long to go on asking.</param>
    /// <param name="what">Completes "waited N s for ...", e.g. "port 80 to open".</param>
    /// <param name="details">Added to the failure: captured output, counters.</param>
    /// <exception cref="TimeoutException">It did not hold in time; the cause is the last failure, if any.</exception>
    public static async Task UntilAsync(
        Func<Task<bool>> condition, TimeSpan timeout, string what, Func<string>? details = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var isLast = clock.Elapsed >= timeout;
            Exception? failure = null;
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException
                or HttpRequestException or InvalidOperationException)
            {
                failure = exception;
            }

            if (isLast)
            {
                var text = details is null ? "" : $"\n{details()}";
                throw new TimeoutException($"waited {timeout.TotalSeconds:0.#} s for {what}{text}", failure);
            }

            await Task.Delay(Interval);
        }
    }

    /// <summary>Waits until a count, once it is more than 0, has not changed for a second.</summary>
    /// <exception cref="TimeoutException">It went on changing, or never began.</exception>
    public static Task UntilStillAsync(Func<long> count, string what)
    {
        var quiet = Stopwatch.StartNew();
        var last = 0L;
        return UntilAsync(
            () =>
            {
                var now = count();
                if (now != last)
                {
                    last = now;
                    quiet.Restart();
                }

                return last > 0 && quiet.Elapsed > TimeSpan.FromSeconds(1);
            },
            Patience,
            what);
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan, string, Func{string})"/>
    public static Task UntilAsync(
        Func<bool> condition, TimeSpan timeout, string what, Func<string>? details = null) =>
        UntilAsync(() => Task.FromResult(condition()), timeout, what, details);
}
