using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Policy.Documents.Reading;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Workloads;

/// <summary>Reads the block <c>sidecar</c> of a workload.</summary>
internal static class SidecarReader
{
    private const int MaxExclusions = 1024;
    private const uint FirstOwnMark = 0x4a;
    private const uint LastOwnMark = 0x4c;

    /// <param name="field">The block.</param>
    /// <param name="hasNetns">Whether the workload names its network namespace.</param>
    public static SidecarDefinition? Read(Field field, bool hasNetns)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var cgroup =
            ReadPath(mapping.Require("cgroup", "is missing: the workload's folder in the cgroup v2 hierarchy"));
        var own = mapping.Take("sidecarCgroup");
        var ownPath = ReadPath(own);
        var mark = ReadMark(mapping.Take("mark"));
        var outboundPort = mapping.Take("outboundPort")?.AsPort() ?? 0;
        var addresses = ReadAddresses(mapping.Take("outboundAddresses"));
        var inbound = mapping.Take("inboundPort");
        var inboundPort = inbound?.AsPort() ?? 0;
        var shortCircuit = mapping.Take("shortCircuit");
        var definition = new SidecarDefinition
        {
            Location = field.Location,
            Cgroup = cgroup ?? string.Empty,
            SidecarCgroup = ownPath,
            Mark = mark,
            OutboundPort = outboundPort,
            OutboundAddresses = addresses,
            InboundPort = inboundPort,
            ExcludeOutboundPorts = ReadPorts(mapping.Take("excludeOutboundPorts")),
            ExcludeOutboundCidrs = ReadNetworks(mapping.Take("excludeOutboundCIDRs")),
            ExcludeInboundPorts = ReadPorts(mapping.Take("excludeInboundPorts")),
            ExcludeInboundCidrs = ReadNetworks(mapping.Take("excludeInboundCIDRs")),
            ShortCircuit = shortCircuit?.AsBoolean() ?? false,
        };
        mapping.Finish();
        CheckShortCircuit(shortCircuit, definition, hasNetns);
        Check(field, own, inbound, definition, hasNetns);
        return definition;
    }

    /// <summary>Whose connections are sent to two sidecars would reach neither as meant.</summary>
    public static void CheckTogether(IEnumerable<(Field Field, WorkloadDefinition Workload)> workloads)
    {
        var seen = new List<WorkloadDefinition>();
        foreach (var (field, workload) in workloads.Where(w => w.Workload.Sidecar is { Cgroup: not "" }))
        {
            var cgroup = workload.Sidecar!.Cgroup;
            var other = seen.Find(o => IsWithin(cgroup, o.Sidecar!.Cgroup) || IsWithin(o.Sidecar!.Cgroup, cgroup));
            if (other is not null)
            {
                field.Error(
                    $"cgroup {cgroup} is, holds or is inside that of workload {other.Name}; give each workload its own");
            }

            seen.Add(workload);
        }
    }

    private static void Check(Field field, Field? own, Field? inbound, SidecarDefinition definition, bool hasNetns)
    {
        if (definition.SidecarCgroup is null && definition.Mark == 0)
        {
            field.Error("needs sidecarCgroup or mark: without, the sidecar's own connections would be sent to itself");
        }

        if (definition.Cgroup.Length > 0 && definition.SidecarCgroup is { } path && IsWithin(definition.Cgroup, path))
        {
            own!.Error("is the workload's cgroup or above it: every connection would be the sidecar's; give the sidecar one of its own");
        }

        if (definition is { OutboundPort: 0, InboundPort: 0 })
        {
            field.Error("needs outboundPort, inboundPort or both");
        }
        else if (definition.OutboundPort == definition.InboundPort)
        {
            inbound!.Error("is the outbound port as well; the sidecar could not tell its two sides apart");
        }

        if (inbound is not null && !hasNetns)
        {
            inbound.Error("needs the workload's netns: inbound connections are redirected inside of it");
        }
    }

    private static void CheckShortCircuit(Field? field, SidecarDefinition definition, bool hasNetns)
    {
        if (!definition.ShortCircuit)
        {
            return;
        }

        if (definition.SidecarCgroup is null)
        {
            field!.Error("needs sidecarCgroup: a mark does not tell which accepted connections are the sidecar's");
        }

        if (!hasNetns)
        {
            field!.Error("needs the workload's netns: only connections inside of it are joined");
        }
    }

    private static bool IsWithin(string path, string other) =>
        path == other || path.StartsWith(other + "/", StringComparison.Ordinal);

    private static string? ReadPath(Field? field)
    {
        if (field?.AsString() is not { } text)
        {
            return null;
        }

        var path = text.TrimEnd('/');
        if (!path.StartsWith('/') || path.Split('/').Skip(1).Any(part => part is "" or "." or ".."))
        {
            field.Error(
                $"{FieldPath.Quote(text)} is no absolute path without '.' and '..', such as /sys/fs/cgroup/NAME");
            return null;
        }

        return path;
    }

    private static uint ReadMark(Field? field)
    {
        if (field is null)
        {
            return 0;
        }

        // YAML's own hexadecimal notation is how marks are written.
        var text = (field.Node as YamlScalar)?.Value ?? string.Empty;
        var read = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mark)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mark);
        if (!read || mark == 0)
        {
            field.Error("must be a number from 1 to 0xffffffff");
            return 0;
        }

        if (mark >> 24 is >= FirstOwnMark and <= LastOwnMark)
        {
            field.Error("is one of Jumpgate's own marks (0x4a000000 to 0x4cffffff); choose another");
        }

        return mark;
    }

    private static ImmutableArray<ushort> ReadPorts(Field? field)
    {
        var items = field?.AsList() ?? [];
        CheckCount(field, items.Count);
        return [.. items.Select(item => item.AsPort()).Where(port => port != 0).Distinct()];
    }

    private static ImmutableArray<IPNetwork> ReadNetworks(Field? field)
    {
        var items = field?.AsList() ?? [];
        CheckCount(field, items.Count);
        return [.. items.Select(CidrReader.ReadPrefix).OfType<IPNetwork>().Distinct()];
    }

    /// <summary>Both directions share one table.</summary>
    private static void CheckCount(Field? field, int count)
    {
        if (count > MaxExclusions / 2)
        {
            field!.Error($"has {count} entries; {MaxExclusions / 2} at most");
        }
    }

    private static ImmutableArray<IPAddress> ReadAddresses(Field? field)
    {
        if (field is null)
        {
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }

        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        foreach (var item in field.AsList() ?? [])
        {
            if (item.AsString() is not { } text)
            {
                continue;
            }

            if (!IPAddress.TryParse(text, out var address) || address.IsIPv4MappedToIPv6 || IsUnusable(address, text))
            {
                item.Error($"{FieldPath.Quote(text)} is no IPv4 or IPv6 address that the sidecar could have");
            }
            else if (addresses.Any(a => a.AddressFamily == address.AddressFamily))
            {
                item.Error($"{text} is a second address of its family; one of each is used");
            }
            else
            {
                addresses.Add(address);
            }
        }

        if (addresses.Count == 0)
        {
            field.Error("is empty; leave it out for 127.0.0.1 and ::1");
        }

        return addresses.DrainToImmutable();
    }

    private static bool IsUnusable(IPAddress address, string text) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6Multicast
        || address.IsIPv6LinkLocal
        || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != text);
}
