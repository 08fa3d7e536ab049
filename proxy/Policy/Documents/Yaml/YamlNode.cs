using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents.Yaml;

/// <summary>A YAML value with the 1-based line it starts at.</summary>
internal abstract record YamlNode(int Line);

/// <param name="IsPlain">Written without quotes and not as a block: such text may mean a number, a boolean or
/// null.</param>
internal sealed record YamlScalar(int Line, string Value, bool IsPlain) : YamlNode(Line)
{
    public YamlScalarKind Kind => IsPlain ? YamlScalars.Classify(Value) : YamlScalarKind.Text;
}

internal sealed record YamlSequence(int Line, ImmutableArray<YamlNode> Items) : YamlNode(Line);

internal sealed record YamlMapping(int Line, ImmutableArray<YamlEntry> Entries) : YamlNode(Line);

internal sealed record YamlEntry(string Key, int KeyLine, YamlNode Value);

/// <summary>Something already refused (an alias, a tag, too deep): nothing more is to be said about it.</summary>
internal sealed record YamlRefused(int Line) : YamlNode(Line);
