using Envoy.Annotations;
using Google.Protobuf.Reflection;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>What Envoy's definitions say is not to be used any more.</summary>
internal static class Deprecation
{
    public static string? Of(FieldDescriptor field) => field.GetOptions() is not { } options ? null
        : Words("field", options.Deprecated, options.GetExtension(DeprecationExtensions.DisallowedByDefault),
            options.GetExtension(DeprecationExtensions.DeprecatedAtMinorVersion));

    public static string? Of(EnumValueDescriptor value) => value.GetOptions() is not { } options ? null
        : Words($"value {value.Name}", options.Deprecated,
            options.GetExtension(DeprecationExtensions.DisallowedByDefaultEnum),
            options.GetExtension(DeprecationExtensions.DeprecatedAtMinorVersionEnum));

    public static string? Of(MessageDescriptor message) => message.GetOptions() is { Deprecated: true }
        ? $"message {message.FullName} is deprecated" : null;

    private static string? Words(string what, bool deprecated, bool disallowed, string? since) =>
        !deprecated && !disallowed && string.IsNullOrEmpty(since) ? null
            : $"{what} is deprecated" + (string.IsNullOrEmpty(since) ? string.Empty : $" since {since}")
                + (disallowed ? ", and refused by default" : string.Empty);
}
