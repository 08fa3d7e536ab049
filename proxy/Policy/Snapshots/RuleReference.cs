using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Snapshots;

/// <summary>A rule that decided something: what <c>explain</c>, the monitor and the metrics name.</summary>
/// <param name="Document">The policy's qualified name.</param>
/// <param name="Location">The rule entry, port rule or HTTP rule itself, with file and line.</param>
public sealed record RuleReference(PolicyDocument Document, SourceLocation Location)
{
    public override string ToString() => $"{Document.QualifiedName} ({Location})";
}
