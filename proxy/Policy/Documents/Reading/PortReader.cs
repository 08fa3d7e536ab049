using System.Collections.Immutable;
using System.Globalization;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads an element of <c>toPorts</c>.</summary>
internal static class PortReader
{
    private const int MaxNameLength = 15;

    public static PortRule? Read(Field field, bool deny, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var portsField = mapping.Require("ports", "is required; write port: \"0\" for every port");
        var portFields = portsField?.AsList();
        if (portFields is { Count: 0 })
        {
            portsField!.Error("must name at least one port; write port: \"0\" for every port");
        }
        else if (portFields is { Count: > PolicyLimits.MaxPorts })
        {
            portsField!.Error(
                $"has {portFields.Count} ports, and {PolicyLimits.MaxPorts} is the limit; use endPort or two entries");
        }

        var rulesField = mapping.Take("rules");
        var (http, kafka) = rulesField is null ? default : L7RulesReader.Read(rulesField, deny, secretNamespace);
        var hasL7 = (http is not null || kafka is not null) && !deny;
        var ports = ImmutableArray.CreateBuilder<PortSpec>();
        foreach (var item in portFields ?? [])
        {
            if (ReadPort(item, hasL7) is { } port)
            {
                ports.Add(port);
            }
        }

        mapping.Finish(RefusedFields.Port);
        return new PortRule
        {
            Location = field.Location,
            Field = field.Path,
            Ports = ports.DrainToImmutable(),
            Http = http,
            Kafka = kafka,
        };
    }

    private static PortSpec? ReadPort(Field field, bool hasL7)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var portField = mapping.Require("port", "is required; write \"0\" for every port");
        var endField = mapping.Take("endPort");
        var protocolField = mapping.Take("protocol");
        mapping.Finish();

        var protocolValid = TryReadProtocol(protocolField, out var protocol);
        if (hasL7 && protocolValid && protocol != L4Protocol.Tcp)
        {
            var written = protocol is null
                ? (protocolField is null ? "the protocol left out is ANY" : "this is ANY") : "this is UDP";
            field.Sink.Error(protocolField?.Line ?? field.Line, FieldPath.Member(field.Path, "protocol"),
                $"L7 rules need TCP, and {written}; write protocol: TCP");
        }

        if (portField is null || !TryReadNumberOrName(portField, out var start, out var name))
        {
            return null;
        }

        if (hasL7 && name is null && start == 0)
        {
            portField.Error("L7 rules cannot be on port 0 (every port); name the ports");
        }

        var end = start;
        if (endField is not null && !TryReadEnd(endField, start, name, out end))
        {
            return null;
        }

        return protocolValid ? new PortSpec(start, end, name, protocol) : null;
    }

    private static bool TryReadEnd(Field field, ushort start, string? name, out ushort end)
    {
        if (!TryReadNumber(field, out end))
        {
            return false;
        }

        var problem = name is not null ? "a range needs a number as its port, not a name"
            : start == 0 || end == 0 ? "a range cannot have 0, which alone means every port"
            : end < start ? $"is below port {start}"
            : null;
        if (problem is not null)
        {
            field.Error(problem);
        }

        return problem is null;
    }

    private static bool TryReadProtocol(Field? field, out L4Protocol? protocol)
    {
        protocol = null;
        if (field is null)
        {
            return true;
        }

        switch (field.AsString())
        {
            case null:
                return false;
            case "ANY":
                return true;
            case "TCP":
                protocol = L4Protocol.Tcp;
                return true;
            case "UDP":
                protocol = L4Protocol.Udp;
                return true;
            case "SCTP":
                field.Error("SCTP is not enforced yet; use TCP, UDP or ANY");
                return false;
            case var other when other.ToUpperInvariant() is "TCP" or "UDP" or "ANY":
                field.Error($"{FieldPath.Quote(other)} must be written {other.ToUpperInvariant()}");
                return false;
            case var other:
                field.Error($"unknown protocol {FieldPath.Quote(other)}; use TCP, UDP or ANY");
                return false;
        }
    }

    private static bool TryReadNumberOrName(Field field, out ushort number, out string? name)
    {
        name = null;
        number = 0;
        if (field.Node is YamlScalar { Kind: YamlScalarKind.Text } scalar && !scalar.Value.All(char.IsAsciiDigit))
        {
            if (IsServiceName(scalar.Value))
            {
                name = scalar.Value.ToLowerInvariant();
                return true;
            }

            field.Error($"{FieldPath.Quote(scalar.Value)} is neither a port (0 to 65535) nor a port name "
                + "(RFC 6335: up to 15 letters, digits and single hyphens, with a letter)");
            return false;
        }

        return TryReadNumber(field, out number);
    }

    private static bool TryReadNumber(Field field, out ushort number)
    {
        number = 0;
        if (field.Node is not YamlScalar scalar)
        {
            return field.AsString() is not null;
        }

        var text = scalar.Value;
        if (text.Length > 0 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return true;
        }

        field.Error($"{FieldPath.Quote(text)} is no port: a decimal number from 0 to 65535, without leading zeros");
        return false;
    }

    /// <summary>RFC 6335, section 5.1.</summary>
    private static bool IsServiceName(string text) =>
        text.Length is > 0 and <= MaxNameLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && text.Any(char.IsAsciiLetter)
        && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal);
}
