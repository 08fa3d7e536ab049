using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads <c>headers</c> and <c>headerMatches</c>.</summary>
internal static class HeaderReader
{
    private const int MaxSecretPart = 253;

    /// <summary>
    /// Headers that say where a message goes or ends: an action on them would make two readings of one request.
    /// </summary>
    private static readonly HashSet<string> s_framing = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer",
        "Upgrade", "HTTP2-Settings", "Expect",
    };

    /// <summary>
    /// <c>Name: value</c>, <c>Name value</c>, <c>Name:value</c> or <c>Name</c>: the first colon or space ends the name.
    /// </summary>
    public static HeaderRequirement? ReadRequirement(Field field)
    {
        if (field.AsString() is not { } text)
        {
            return null;
        }

        var trimmed = text.Trim(' ', '\t');
        if (trimmed.Length == 0)
        {
            field.Error("an empty entry names no header");
            return null;
        }

        var end = trimmed.IndexOfAny([':', ' ']);
        var name = end < 0 ? trimmed : trimmed[..end];
        var value = end < 0 ? null : trimmed[(end + 1)..].Trim(' ', '\t');
        if (!CheckName(field, trimmed[0] == ':' ? trimmed : name) || !CheckValue(field, value))
        {
            return null;
        }

        if (value is { Length: 0 })
        {
            field.Warn($"asks for an empty value; write {name} alone to ask for presence");
        }
        else if (value is not null && value[0] == ':' && trimmed[end] == ' ')
        {
            field.Warn($"the space ends the name, so the colon is part of the value; write {name}{value}");
        }

        return new HeaderRequirement(name, value);
    }

    public static HeaderMatch? ReadMatch(Field field, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var nameField = mapping.Require("name", "is required");
        var name = nameField?.AsString();
        var nameValid = name is not null && CheckName(nameField!, name);
        var valueField = mapping.Take("value");
        var value = valueField?.AsString();
        if (value is { Length: 0 })
        {
            valueField!.Warn("an empty value is no value, as in Cilium: presence is enough");
            value = null;
        }
        else if (valueField is not null)
        {
            CheckValue(valueField, value);
        }

        var secretField = mapping.Take("secret");
        var secret = secretField is null ? null : ReadSecret(secretField, secretNamespace);
        var mismatchField = mapping.Take("mismatch");
        var mismatch = ReadMismatch(mismatchField);
        if (nameValid && mismatch is MismatchAction.Add or MismatchAction.Delete or MismatchAction.Replace
            && s_framing.Contains(name!))
        {
            mismatchField!.Error(
                $"{name} is not changed here: it decides how or where a request is read; use LOG or leave it out");
        }

        if (mismatch is MismatchAction.Add or MismatchAction.Replace && value is null && secretField is null)
        {
            mismatchField!.Error("needs a value or a secret to write into the header");
        }

        mapping.Finish(RefusedFields.HeaderMatch);
        return nameValid
            ? new HeaderMatch
            {
                Location = field.Location,
                Name = name!,
                Value = value,
                Secret = secret,
                Mismatch = mismatch
            }
            : null;
    }

    private static MismatchAction? ReadMismatch(Field? field)
    {
        var word = field?.AsString();
        MismatchAction? action = word switch
        {
            "LOG" => MismatchAction.Log,
            "ADD" => MismatchAction.Add,
            "DELETE" => MismatchAction.Delete,
            "REPLACE" => MismatchAction.Replace,
            _ => null,
        };
        if (word is not null && action is null)
        {
            field!.Error($"unknown action {FieldPath.Quote(word)}; use LOG, ADD, DELETE or REPLACE");
        }

        return action;
    }

    private static SecretReference? ReadSecret(Field field, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var ns = ReadSecretPart(mapping.Take("namespace"), secretNamespace);
        var name = ReadSecretPart(mapping.Require("name", "is required"), null);
        var keyField = mapping.Take("key");
        var key = ReadSecretPart(keyField, null);
        mapping.Finish();
        return ns is not null && name is not null && (keyField is null || key is not null)
            ? new SecretReference(ns, name, key)
            : null;
    }

    /// <summary>The parts become a file's path: whatever could leave the secrets' directory is refused here.</summary>
    private static string? ReadSecretPart(Field? field, string? fallback)
    {
        if (field is null)
        {
            return fallback;
        }

        if (field.AsString() is not { } text)
        {
            return null;
        }

        if (text.Length is 0 or > MaxSecretPart || text[0] == '.'
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            field.Error(
                $"{FieldPath.Quote(text)} is no part of a secret's name: letters, digits, -, _ and . (not first)");
            return null;
        }

        return text;
    }

    private static bool CheckName(Field field, string name)
    {
        if (name.StartsWith(':'))
        {
            field.Error($"{FieldPath.Quote(name)} is a pseudo-header; use method, path or host");
            return false;
        }

        if (name.Length > 0 && name.All(IsTokenCharacter))
        {
            return true;
        }

        field.Error($"{FieldPath.Quote(name)} is no header name (RFC 9110, section 5.6.2)");
        return false;
    }

    private static bool CheckValue(Field field, string? value)
    {
        if (value is null || !value.Any(c => char.IsControl(c) && c != '\t'))
        {
            return true;
        }

        field.Error("a header's value has no control characters (RFC 9110, section 5.5)");
        return false;
    }

    private static bool IsTokenCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
