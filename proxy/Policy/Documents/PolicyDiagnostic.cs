namespace Jumpgate.Policy.Documents;

public enum PolicySeverity
{
    /// <summary>The document is refused.</summary>
    Error,
    /// <summary>The document stays in force, and probably does not mean what its author thinks.</summary>
    Warning,
}

/// <summary>One thing that is wrong with, or surprising about, a policy document.</summary>
/// <param name="Policy">The document as <see cref="PolicyDocument.QualifiedName"/> writes it; null where it could not
/// be read.</param>
/// <param name="Field">Path of the field, such as <c>spec.ingress[0].toPorts[0].ports[1].port</c>; empty: the document
/// as a whole.</param>
public sealed record PolicyDiagnostic(
    PolicySeverity Severity,
    SourceLocation Location,
    string? Policy,
    string Field,
    string Message)
{
    /// <summary>As compilers write it: <c>file:line: error: field: message</c>.</summary>
    public override string ToString()
    {
        var severity = Severity == PolicySeverity.Error ? "error" : "warning";
        return Field.Length == 0
            ? $"{Location}: {severity}: {Message}"
            : $"{Location}: {severity}: {Field}: {Message}";
    }
}
