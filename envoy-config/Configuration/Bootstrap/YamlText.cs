using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jumpgate.EnvoyConfig.Bootstrap;

/// <summary>JSON as block-style YAML: for files that people read and change.</summary>
public static partial class YamlText
{
    public static string Write(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var text = new StringBuilder();
        WriteMapping(text, json, 0, isFirstInline: false);
        return text.ToString();
    }

    private static void WriteMapping(StringBuilder text, JsonObject mapping, int indent, bool isFirstInline)
    {
        foreach (var (key, value) in mapping)
        {
            Indent(text, isFirstInline ? 0 : indent);
            isFirstInline = false;
            text.Append(Scalar(key)).Append(':');
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } mapping:
                text.Append('\n');
                WriteMapping(text, mapping, indent + 2, isFirstInline: false);
                break;
            case JsonArray { Count: > 0 } items:
                text.Append('\n');
                foreach (var item in items)
                {
                    WriteItem(text, item, indent);
                }

                break;
            default:
                text.Append(' ').Append(Leaf(value)).Append('\n');
                break;
        }
    }

    private static void WriteItem(StringBuilder text, JsonNode? item, int indent)
    {
        Indent(text, indent);
        text.Append("- ");
        if (item is JsonObject { Count: > 0 } mapping)
        {
            WriteMapping(text, mapping, indent + 2, isFirstInline: true);
        }
        else
        {
            text.Append(Leaf(item)).Append('\n');
        }
    }

    /// <summary>Text that could be taken for something else is quoted as JSON, which YAML understands.</summary>
    private static string Leaf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray items => items.ToJsonString(),
        _ when value.GetValueKind() == JsonValueKind.String => Scalar(value.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Scalar(string text) =>
        Plain().IsMatch(text) && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off")
        ? text : JsonSerializer.Serialize(text, Relaxed);

    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void Indent(StringBuilder text, int count) => text.Append(' ', count);

    [GeneratedRegex("^[A-Za-z_/][A-Za-z0-9_./-]*$")]
    private static partial Regex Plain();
}
