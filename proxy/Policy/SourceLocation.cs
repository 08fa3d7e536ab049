namespace Jumpgate.Policy;

/// <summary>A place in a policy file. <paramref name="Line"/> is 1-based; 0 means the whole file.</summary>
public sealed record SourceLocation(string File, int Line)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}
