using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads prefixes strictly: what two programs could read differently is refused.</summary>
internal static class CidrReader
{
    /// <summary>A plain element of <c>fromCIDR</c>/<c>toCIDR</c>.</summary>
    public static CidrPeer? ReadPlain(Field field) => ReadPrefix(field) is { } prefix ? new CidrPeer(prefix, []) : null;

    /// <summary>An element of <c>fromCIDRSet</c>/<c>toCIDRSet</c>.</summary>
    public static CidrPeer? ReadWithExcept(Field field)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var usesGroup = mapping.Entries.Any(e => RefusedFields.Cidr.ContainsKey(e.Key) && !e.Value.IsNull);
        var cidrField = usesGroup ? mapping.Take("cidr") : mapping.Require("cidr", "is required");
        var prefix = cidrField is null ? null : ReadPrefix(cidrField);
        var except = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var item in mapping.Take("except")?.AsList() ?? [])
        {
            if (ReadPrefix(item) is not { } hole)
            {
                continue;
            }

            except.Add(hole);
            if (prefix is { } outer && !Contains(outer, hole))
            {
                item.Error($"{hole} is not inside {outer}");
            }
        }

        mapping.Finish(RefusedFields.Cidr);
        return prefix is { } known ? new CidrPeer(known, except.DrainToImmutable()) : null;
    }

    public static bool Contains(IPNetwork outer, IPNetwork inner) =>
        outer.BaseAddress.AddressFamily == inner.BaseAddress.AddressFamily
        && outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);

    public static IPNetwork? ReadPrefix(Field field)
    {
        if (field.AsString() is not { } text)
        {
            return null;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (ParseAddress(slash < 0 ? text : text[..slash]) is not { } address)
        {
            field.Error($"{FieldPath.Quote(text)} is no IPv4 or IPv6 address or prefix");
            return null;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            field.Error(
                $"{FieldPath.Quote(text)} is an IPv4 address inside an IPv6 one; write it as {address.MapToIPv4()}");
            return null;
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash >= 0 && !TryParseLength(text[(slash + 1)..], bits, out bits))
        {
            field.Error($"{FieldPath.Quote(text)} has no prefix length between 0 and {bits} after the slash");
            return null;
        }

        var network = Masked(address, bits);
        if (!network.BaseAddress.Equals(address))
        {
            field.Error(
                $"{FieldPath.Quote(text)} has bits set after its prefix; write {network}, or the address alone");
            return null;
        }

        return network;
    }

    /// <summary>
    /// Four decimal numbers without leading zeros, or hexadecimal groups: no octal, no shortened IPv4, no zone.
    /// </summary>
    private static IPAddress? ParseAddress(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(text, out var six)
                && six.AddressFamily == AddressFamily.InterNetworkV6 ? six : null;
        }

        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(p => TryParseLength(p, 255, out _))
            && IPAddress.TryParse(text, out var four)
            ? four : null;
    }

    private static bool TryParseLength(string text, int maximum, out int number)
    {
        var valid = text.Length is > 0 and <= 3 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');
        number = valid ? int.Parse(text, CultureInfo.InvariantCulture) : maximum;
        if (valid && number <= maximum)
        {
            return true;
        }

        number = maximum;
        return false;
    }

    private static IPNetwork Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - i * 8, 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }
}
