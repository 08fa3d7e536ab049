using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>A value, where it stands, and where to complain about it.</summary>
/// <param name="KeyLine">The line to name for the field as a whole: its key's, which for a block is above its first
/// line.</param>
internal sealed record Field(YamlNode Node, string Path, int KeyLine, DiagnosticSink Sink)
{
    public int Line => Node is YamlScalar ? Node.Line : KeyLine;

    public SourceLocation Location => Sink.At(Line);

    public bool IsNull => Node is YamlScalar { Kind: YamlScalarKind.Null };

    public void Error(string message) => Sink.Error(Line, Path, message);

    public void Warn(string message) => Sink.Warn(Line, Path, message);

    /// <summary>Null, and an error said, where it is not a string to Kubernetes.</summary>
    public string? AsString()
    {
        switch (Node)
        {
            case YamlScalar { Kind: YamlScalarKind.Text } scalar:
                return scalar.Value;
            case YamlScalar { Kind: YamlScalarKind.Null }:
                Error("must be text, is null");
                return null;
            case YamlScalar scalar:
                var kind = scalar.Kind == YamlScalarKind.Boolean ? "boolean" : "number";
                Error($"must be text, and YAML reads {scalar.Value} as a {kind}; write \"{scalar.Value}\" in quotes");
                return null;
            default:
                WrongType("text");
                return null;
        }
    }

    public bool? AsBoolean()
    {
        if (Node is YamlScalar { Kind: YamlScalarKind.Boolean, Value: "true" or "false" } scalar)
        {
            return scalar.Value == "true";
        }

        WrongType("true or false");
        return null;
    }

    /// <summary>Null, and an error said, where it is not a list.</summary>
    public IReadOnlyList<Field>? AsList()
    {
        if (Node is YamlSequence sequence)
        {
            return [.. sequence.Items.Select((item, i) => new Field(item, FieldPath.Item(Path, i), item.Line, Sink))];
        }

        WrongType("a list");
        return null;
    }

    /// <summary>Null, and an error said, where it is not a mapping.</summary>
    public MappingReader? AsMapping()
    {
        if (Node is YamlMapping mapping)
        {
            return new MappingReader(this, mapping);
        }

        WrongType("a mapping");
        return null;
    }

    private void WrongType(string wanted)
    {
        var found = Node switch
        {
            YamlRefused => null,
            YamlSequence => "a list",
            YamlMapping => "a mapping",
            YamlScalar { Kind: YamlScalarKind.Null } => "null",
            YamlScalar scalar => FieldPath.Quote(scalar.Value),
            _ => throw new InvalidOperationException($"unknown node {Node.GetType()}"),
        };
        if (found is not null)
        {
            Error($"must be {wanted}, is {found}");
        }
    }
}
