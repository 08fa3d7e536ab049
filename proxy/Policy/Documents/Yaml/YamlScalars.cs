using System.Text.RegularExpressions;

namespace Jumpgate.Policy.Documents.Yaml;

internal enum YamlScalarKind
{
    Text,
    Null,
    Boolean,
    Number,
}

/// <summary>
/// What unquoted text means to Kubernetes' YAML reader. Where YAML 1.1 and 1.2 differ (<c>yes</c>, <c>0o17</c>), text
/// counts as what either reads into it, so that a string that one of them would not see as a string has to be quoted.
/// </summary>
internal static partial class YamlScalars
{
    public static YamlScalarKind Classify(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => YamlScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE"
            or "yes" or "Yes" or "YES" or "no" or "No" or "NO"
            or "on" or "On" or "ON" or "off" or "Off" or "OFF" => YamlScalarKind.Boolean,
        _ when Number().IsMatch(text) => YamlScalarKind.Number,
        _ => YamlScalarKind.Text,
    };

    [GeneratedRegex(
        @"^([-+]?([0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?" +
        @"|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|\.(inf|Inf|INF))|\.(nan|NaN|NAN))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
