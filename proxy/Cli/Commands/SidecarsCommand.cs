using System.CommandLine;
using System.Globalization;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate sidecars list</c>.</summary>
internal static class SidecarsCommand
{
    public static Command Create() => new("sidecars", "Proxies beside applications, and the connections sent to them.")
    {
        ReportCommands.List<IReadOnlyList<SidecarReport>>(
            "Lists sidecars and what became of connections.", "v1/sidecars", Write),
    };

    private static void Write(IReadOnlyList<SidecarReport> sidecars)
    {
        Table.Write(
            Console.Out,
            ["WORKLOAD", "STATE", "OUTBOUND", "INBOUND", "LISTENERS", "JOINED", "CGROUP"],
            sidecars.Select(s => (IReadOnlyList<string>)[
                s.Workload, s.State, Port(s.OutboundPort), Port(s.InboundPort),
                    s.Listeners.ToString(CultureInfo.InvariantCulture),
                s.ShortCircuit.Split(':')[0], s.Cgroup]));
        foreach (var sidecar in sidecars)
        {
            Console.WriteLine();
            Console.WriteLine($"{sidecar.Workload}: " + string.Join(", ", sidecar.Counts.Where(c => c.Value > 0)
                .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key.Replace('_', ' ')} {c.Value}"))
                .DefaultIfEmpty("no connections yet")));
            if (sidecar.QueueBytes > 0)
            {
                Console.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"  by queue: {sidecar.QueueBytes} bytes"));
            }

            if (sidecar.ShortCircuit.Contains(':', StringComparison.Ordinal))
            {
                Console.WriteLine($"  application and sidecar not joined: {sidecar.ShortCircuit}");
            }

            if (sidecar.Reason is not null)
            {
                Console.WriteLine($"  waiting: {sidecar.Reason}");
            }

            if (sidecar.Problem is not null)
            {
                Console.WriteLine($"  problem: {sidecar.Problem}");
            }
        }
    }

    private static string Port(int port) => port == 0 ? "-" : port.ToString(CultureInfo.InvariantCulture);
}
