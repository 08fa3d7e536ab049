using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>One name that a gRPC application can call, as <c>xds:///NAME</c>.</summary>
/// <param name="Name">Of a service or workload, alone where it has one port, else with <c>:PORT</c>, a number or a
/// name.</param>
/// <param name="Endpoints">Workloads with their port.</param>
public sealed record Service(string Name, ImmutableArray<(Workload Workload, ushort Port)> Endpoints)
{
    /// <summary>The label that puts workloads together under one name.</summary>
    public const string Label = "jumpgate.dev/service";
}

/// <summary>Names of workloads, and of what the label <see cref="Service.Label"/> puts together.</summary>
public static class Services
{
    /// <summary>Only ports that workloads name (<c>ports: { grpc: 50051 }</c>) can be called.</summary>
    public static ImmutableArray<Service> Of(ImmutableArray<Workload> workloads)
    {
        var found = new SortedDictionary<string, List<(Workload Workload, ushort Port)>>(StringComparer.Ordinal);
        foreach (var (name, workload) in workloads.SelectMany(w => NamesOf(w).Select(n => (n, w))))
        {
            foreach (var (suffix, port) in PortsOf(workload))
            {
                if (!found.TryGetValue(name + suffix, out var endpoints))
                {
                    found.Add(name + suffix, endpoints = []);
                }

                endpoints.Add((workload, port));
            }
        }

        return [.. found.Select(f => new Service(f.Key, [.. f.Value.Distinct()]))];
    }

    private static IEnumerable<string> NamesOf(Workload workload) => workload.Labels
        .Where(l => l.Key == Service.Label && l.Value.Length > 0).Select(l => l.Value).Append(workload.Name).Distinct();

    private static IEnumerable<(string Suffix, ushort Port)> PortsOf(Workload workload)
    {
        foreach (var (name, port) in workload.Ports)
        {
            yield return ($":{name}", port);
            yield return ($":{port}", port);
        }

        var ports = workload.Ports.Values.Distinct().ToList();
        if (ports.Count == 1)
        {
            yield return (string.Empty, ports[0]);
        }
        else if (workload.Ports.TryGetValue("grpc", out var grpc))
        {
            yield return (string.Empty, grpc);
        }
    }
}
