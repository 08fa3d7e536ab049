using System.Collections.Immutable;
using System.Globalization;

namespace Jumpgate.Policy.Identities;

/// <summary>Named ports compared by content; the dictionaries themselves compare by reference.</summary>
internal static class PortNames
{
    /// <summary>
    /// Equal for equal maps, whatever the order of insertion. Lengths keep odd names from running together.
    /// </summary>
    public static string Key(ImmutableDictionary<string, ushort> ports) =>
        ports.IsEmpty
            ? string.Empty
            : string.Join(',', ports.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p =>
                string.Create(CultureInfo.InvariantCulture, $"{p.Key.Length}:{p.Key}={p.Value}")));
}
