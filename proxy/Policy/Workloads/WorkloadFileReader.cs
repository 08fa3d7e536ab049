using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Documents.Reading;
using Jumpgate.Policy.Documents.Yaml;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Workloads;

/// <summary>
/// Reads a workloads file: <c>workloads</c>, a list, <c>uplinks</c>, names of interfaces, <c>mtls</c> and <c>envoy</c>.
/// No I/O; never throws for bad input.
/// </summary>
public static class WorkloadFileReader
{
    public static WorkloadFileResult Read(string file, string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var sink = new DiagnosticSink(file);
        var result = new WorkloadFileResult([], [], []);
        var found = false;
        if (yaml.Length > PolicyLimits.MaxFileBytes)
        {
            sink.Error(0, "", $"the file is larger than {PolicyLimits.MaxFileBytes / (1024 * 1024)} MiB");
            return result with { Diagnostics = [.. sink.Drain()] };
        }

        foreach (var chunk in YamlChunk.Split(yaml.TrimStart('\ufeff')))
        {
            if (chunk.IsEmpty())
            {
                continue;
            }

            var reader = new YamlTreeReader(chunk, (line, path, message) => sink.Error(line, path, message));
            while (reader.TryReadDocument(out var root))
            {
                if (found)
                {
                    sink.Error(root.Line, "", "a workloads file is one document");
                    continue;
                }

                found = true;
                result = ReadRoot(new Field(root, "", root.Line, sink));
            }
        }

        if (!found && !sink.HasErrors)
        {
            sink.Error(0, "", "the file is empty; write 'workloads: []' for none");
        }

        return result with { Diagnostics = [.. sink.Drain()] };
    }

    private static WorkloadFileResult ReadRoot(Field root)
    {
        if (root.AsMapping() is not { } mapping)
        {
            return new WorkloadFileResult([], [], []);
        }

        var workloads = ImmutableArray.CreateBuilder<WorkloadDefinition>();
        var fields = new List<Field>();
        foreach (var item in mapping.Require("workloads", "is missing: write 'workloads: []' for none")?.AsList() ?? [])
        {
            if (ReadWorkload(item) is { } workload)
            {
                if (workloads.Any(w => w.Name == workload.Name))
                {
                    item.Error($"a second workload is called {workload.Name}; names are unique");
                }

                workloads.Add(workload);
                fields.Add(item);
            }
        }

        SidecarReader.CheckTogether(fields.Zip(workloads));

        var uplinks = (mapping.Take("uplinks")?.AsList() ?? []).Select(f => f.AsString()).OfType<string>();
        var names = uplinks.ToImmutableArray();
        var block = mapping.Take("mtls");
        var mesh = MutualTlsReader.Read(block);
        MutualTlsReader.CheckTogether(fields.Zip(workloads), mesh, block is null);
        var detection = EnvoyBlockReader.Read(mapping.Take("envoy"));
        mapping.Finish();
        return new WorkloadFileResult(
            [.. workloads.Select(w => WithTls(w, mesh) with { Detection = detection })], names, [])
        {
            MutualTls = mesh,
        };
    }

    private static WorkloadDefinition WithTls(WorkloadDefinition workload, MutualTlsDefinition? mesh) =>
        workload.Spiffe is { } id && mesh is not null
            ? workload with { Tls = new WorkloadTls(id, mesh.SdsSocket, mesh.Files?.Of(workload.Name)) } : workload;

    private static WorkloadDefinition? ReadWorkload(Field field)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var name = mapping.Require("name", "is missing")?.AsString();
        var labels = ReadLabels(mapping.Take("labels"));
        var netns = mapping.Take("netns")?.AsString();
        var hostInterface = mapping.Take("interface");
        var interfaceName = hostInterface?.AsString();
        if (interfaceName is { Length: 0 or > 15 } || (interfaceName?.Any(c => c is '/' or ' ') ?? false))
        {
            hostInterface!.Error("is no interface name: 1 to 15 characters, no slash, no blank");
        }

        var isOnLoopback = interfaceName == WorkloadDefinition.Loopback;
        if (isOnLoopback && netns is not null)
        {
            hostInterface!.Error("is the node's own loopback; leave netns out, or name the workload's interface on the node");
        }

        var addresses = ReadAddresses(mapping.Take("addresses"), isOnLoopback);
        var ports = ReadPorts(mapping.Take("ports"));
        var sidecar = mapping.Take("sidecar") is { } block ? SidecarReader.Read(block, netns is not null) : null;
        var spiffe = MutualTlsReader.ReadId(mapping.Take("spiffe"));
        mapping.Finish();
        if (name is { Length: 0 })
        {
            field.Error("name is empty");
        }

        if (netns is null && (interfaceName is null || addresses.IsEmpty))
        {
            field.Error("needs netns, or interface and addresses");
        }

        return name is null ? null : new WorkloadDefinition
        {
            Location = field.Location,
            Name = name,
            Labels = labels,
            NetworkNamespace = netns,
            Interface = interfaceName,
            Addresses = addresses,
            Ports = ports,
            Sidecar = sidecar,
            Spiffe = spiffe,
        };
    }

    private static LabelSet ReadLabels(Field? field)
    {
        var labels = new List<Label>();
        foreach (var (key, value) in field?.AsMapping()?.Entries ?? [])
        {
            var colon = key.IndexOf(':', StringComparison.Ordinal);
            var source = colon > 0 ? key[..colon] : Label.Unspecified;
            var bare = key[(colon + 1)..];
            if (bare.Length == 0 || source is "any" or "reserved" or "cidr")
            {
                value.Error(
                    $"{key} is no label key: KEY or SOURCE:KEY, and any, reserved and cidr are no sources of a workload");
            }
            else if (value.AsString() is { } text)
            {
                labels.Add(new Label(source, bare, text));
            }
        }

        return new LabelSet(labels);
    }

    private static ImmutableArray<IPAddress> ReadAddresses(Field? field, bool isOnLoopback)
    {
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        foreach (var item in field?.AsList() ?? [])
        {
            if (item.AsString() is not { } text)
            {
                continue;
            }

            if (!IPAddress.TryParse(text, out var address) || address.IsIPv4MappedToIPv6 || address.ScopeIdOrZero() != 0
                || (!text.Contains(':', StringComparison.Ordinal) && address.ToString() != text))
            {
                item.Error($"{FieldPath.Quote(text)} is no IPv4 or IPv6 address");
            }
            else if (isOnLoopback && !MayBearOnLoopback(address))
            {
                item.Error(
                    $"{address} cannot tell workloads on the loopback apart: give each one of 127.0.0.0/8, and not 127.0.0.1");
            }
            else
            {
                addresses.Add(address);
            }
        }

        return addresses.DrainToImmutable();
    }

    /// <summary>IPv6 has one address there, and everybody uses it.</summary>
    private static bool MayBearOnLoopback(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(address)
        && !address.Equals(IPAddress.Loopback);

    private static ImmutableDictionary<string, ushort> ReadPorts(Field? field)
    {
        var ports = ImmutableDictionary.CreateBuilder<string, ushort>();
        foreach (var (name, value) in field?.AsMapping()?.Entries ?? [])
        {
            if (value.AsPort() is > 0 and var port)
            {
                ports[name] = port;
            }
        }

        return ports.ToImmutable();
    }

    private static long ScopeIdOrZero(this IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
