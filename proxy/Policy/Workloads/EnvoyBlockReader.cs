using System.Collections.Immutable;
using Jumpgate.Policy.Documents.Reading;

namespace Jumpgate.Policy.Workloads;

/// <summary>Reads the block <c>envoy</c>: what the Envoys of all workloads do beside enforcing policy.</summary>
internal static class EnvoyBlockReader
{
    /// <returns>Null: no protocol is looked for.</returns>
    public static ProtocolDetection? Read(Field? field)
    {
        if (field?.AsMapping() is not { } mapping)
        {
            return null;
        }

        var detects = mapping.Take("detectProtocol")?.AsBoolean() ?? false;
        var list = mapping.Take("serverFirstPorts");
        var ports = ReadPorts(list);
        mapping.Finish();
        if (list is not null && !detects)
        {
            list.Error("says where detectProtocol does not wait, and it is off; write detectProtocol: true, or leave this out");
        }

        return detects ? new ProtocolDetection(ports) : null;
    }

    private static ImmutableArray<ushort> ReadPorts(Field? field)
    {
        var ports = new SortedSet<ushort>();
        foreach (var item in field?.AsList() ?? [])
        {
            if (item.AsPort() is > 0 and var port && !ports.Add(port))
            {
                item.Error($"names port {port} twice");
            }
        }

        return [.. ports];
    }
}
