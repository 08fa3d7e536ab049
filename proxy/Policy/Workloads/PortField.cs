using System.Globalization;
using Jumpgate.Policy.Documents.Reading;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Workloads;

/// <summary>A port in the workloads file.</summary>
internal static class PortField
{
    /// <returns>0 where it is none; the field says so then.</returns>
    public static ushort AsPort(this Field field)
    {
        if (field.Node is YamlScalar scalar
            && ushort.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
        {
            return port;
        }

        field.Error("must be a port from 1 to 65535");
        return 0;
    }
}
