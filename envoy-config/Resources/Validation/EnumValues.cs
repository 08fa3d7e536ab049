using System.Globalization;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>Reflection gives enums as their own types.</summary>
internal static class EnumValues
{
    public static int NumberOf(object value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);
}
