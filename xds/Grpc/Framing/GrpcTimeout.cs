using System.Globalization;

namespace Jumpgate.Grpc.Framing;

/// <summary>
/// The header <c>grpc-timeout</c>: at most eight digits and a unit (gRPC: PROTOCOL-HTTP2.md, Timeout).
/// </summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;

    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1
            || !long.TryParse(
                text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        long ticks;
        switch (text[^1])
        {
            case 'H': ticks = TimeSpan.TicksPerHour; break;
            case 'M': ticks = TimeSpan.TicksPerMinute; break;
            case 'S': ticks = TimeSpan.TicksPerSecond; break;
            case 'm': ticks = TimeSpan.TicksPerMillisecond; break;
            case 'u': ticks = TimeSpan.TicksPerMicrosecond; break;
            // A tick is 100 ns. Rounded up: a deadline must not be earlier than the client's.
            case 'n':
                timeout = TimeSpan.FromTicks((value + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
                return true;
            default: return false;
        }

        timeout = TimeSpan.FromTicks(value * ticks);
        return true;
    }
}
