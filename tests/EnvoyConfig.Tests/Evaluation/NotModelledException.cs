using System.Collections;
using Google.Protobuf;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>The evaluator does not know what Envoy does here: a case to model, never one that passes.</summary>
public sealed class NotModelledException(string what) : Exception($"not modelled: {what}")
{
    /// <summary>Throws where a field is set that is not among those that the caller goes on to read.</summary>
    /// <param name="fields">Names as in the definition.</param>
    internal static void ThrowUnlessOnly(IMessage message, params string[] fields)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (!fields.Contains(field.Name) && IsSet(message, field))
            {
                throw new NotModelledException($"{message.Descriptor.FullName}.{field.Name} in {message}");
            }
        }
    }

    private static bool IsSet(IMessage message, Google.Protobuf.Reflection.FieldDescriptor field) =>
        field.Accessor.GetValue(message) switch
        {
            null => false,
            ICollection many => many.Count > 0,
            _ when field.HasPresence => field.Accessor.HasValue(message),
            string text => text.Length > 0,
            ByteString bytes => bytes.Length > 0,
            bool flag => flag,
            var number => Convert.ToInt64(number, System.Globalization.CultureInfo.InvariantCulture) != 0,
        };
}
