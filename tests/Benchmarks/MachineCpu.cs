using System.Globalization;

namespace Jumpgate.Benchmarks;

/// <summary>Processor time of the whole machine (proc(5), /proc/stat): all but idle, in seconds.</summary>
internal static class MachineCpu
{
    private const double TicksPerSecond = 100;

    public static double BusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var ticks = fields.Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        // user nice system idle iowait irq softirq
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / TicksPerSecond;
    }
}
