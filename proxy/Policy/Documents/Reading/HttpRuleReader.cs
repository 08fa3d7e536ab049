using System.Collections.Immutable;
using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads an element of <c>rules.http</c>.</summary>
internal static class HttpRuleReader
{
    public static HttpRule? Read(Field field, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var method = ReadExpression(mapping.Take("method"));
        var path = ReadExpression(mapping.Take("path"));
        var hostField = mapping.Take("host");
        var host = ReadExpression(hostField);
        if (host is not null && HasUnescapedDot(host.Pattern))
        {
            hostField!.Warn("an unescaped dot matches any character, so other hosts match too; write \\. for a dot");
        }

        var headers = ImmutableArray.CreateBuilder<HeaderRequirement>();
        foreach (var item in mapping.Take("headers")?.AsList() ?? [])
        {
            if (HeaderReader.ReadRequirement(item) is { } header)
            {
                headers.Add(header);
            }
        }

        var matches = ImmutableArray.CreateBuilder<HeaderMatch>();
        foreach (var item in mapping.Take("headerMatches")?.AsList() ?? [])
        {
            if (HeaderReader.ReadMatch(item, secretNamespace) is { } match)
            {
                matches.Add(match);
            }
        }

        mapping.Finish(RefusedFields.HeaderMatch);
        return new HttpRule
        {
            Location = field.Location,
            Method = method,
            Path = path,
            Host = host,
            Headers = headers.DrainToImmutable(),
            HeaderMatches = matches.DrainToImmutable(),
        };
    }

    private static Re2Expression? ReadExpression(Field? field)
    {
        if (field?.AsString() is not { } pattern)
        {
            return null;
        }

        if (pattern.Length == 0)
        {
            field.Warn("empty text is no condition: everything matches; leave the key out if that is meant");
            return null;
        }

        if (Re2Compiler.TryCompile(pattern, out var expression, out var error))
        {
            return expression;
        }

        field.Error($"the regular expression is refused {error}");
        return null;
    }

    /// <summary>A dot outside a class that neither is escaped nor repeats (<c>.*</c> is meant).</summary>
    internal static bool HasUnescapedDot(string pattern)
    {
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\' when i + 1 < pattern.Length && pattern[i + 1] == 'Q':
                    var end = pattern.IndexOf("\\E", i, StringComparison.Ordinal);
                    i = end < 0 ? pattern.Length : end + 1;
                    break;
                case '\\':
                    i++;
                    break;
                case '[' when !inClass:
                    inClass = true;
                    // A bracket that comes first is a member of the class.
                    i += i + 1 < pattern.Length && pattern[i + 1] == '^' ? 1 : 0;
                    i += i + 1 < pattern.Length && pattern[i + 1] == ']' ? 1 : 0;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '.' when !inClass && (i + 1 == pattern.Length || pattern[i + 1] is not ('*' or '+' or '?' or '{')):
                    return true;
            }
        }

        return false;
    }
}
