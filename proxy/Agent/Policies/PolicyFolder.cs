using System.Collections.Immutable;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Agent.Policies;

/// <summary>
/// The policies of a folder (<c>*.yaml</c>, <c>*.yml</c>, not hidden). A document that has become invalid keeps its last valid
/// version in force, loudly: dropping a deny rule over a slip of the pen would open a door.
/// </summary>
internal sealed class PolicyFolder(string directory)
{
    private readonly Dictionary<string, ImmutableArray<PolicyDocument>> _lastValid = [];
    private ImmutableArray<FileContent> _contents = [];

    public PolicySetResult Result { get; private set; } = PolicySet.Combine([]);

    /// <summary>Files whose last valid version stands in for the present one.</summary>
    public ImmutableArray<string> Stale { get; private set; } = [];

    public static IEnumerable<string> Files(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path)
            .Where(f => System.IO.Path.GetExtension(f) is ".yaml" or ".yml" && !System.IO.Path.GetFileName(f).StartsWith('.'))
            .Order(StringComparer.Ordinal)
        : [];

    /// <returns>True where something has changed since the last time.</returns>
    public bool Refresh()
    {
        var contents = Files(directory).Select(FileContent.Read).ToImmutableArray();
        if (contents.SequenceEqual(_contents))
        {
            return false;
        }

        _contents = contents;
        var stale = ImmutableArray.CreateBuilder<string>();
        var results = contents.Select(c => ReadFile(c, stale)).ToList();
        foreach (var gone in _lastValid.Keys.Except(contents.Select(c => c.Path)).ToList())
        {
            _lastValid.Remove(gone);
        }

        Stale = stale.DrainToImmutable();
        Result = PolicySet.Combine(results);
        return true;
    }

    private PolicyFileResult ReadFile(FileContent content, ImmutableArray<string>.Builder stale)
    {
        var read = content.Text is null
            ? new PolicyFileResult(content.Path, [], [new PolicyDiagnostic(
                PolicySeverity.Error, new SourceLocation(content.Path, 0), null, "", content.Error!)])
            : PolicyReader.Read(content.Path, content.Text);
        if (read.Diagnostics.All(d => d.Severity != PolicySeverity.Error))
        {
            _lastValid[content.Path] = read.Documents;
            return read;
        }

        if (!_lastValid.TryGetValue(content.Path, out var former))
        {
            return read;
        }

        stale.Add(content.Path);
        var present = read.Documents.Select(Key).ToHashSet();
        var refused = read.Diagnostics.Where(d => d.Severity == PolicySeverity.Error).Select(d => d.Policy).ToHashSet();
        // A refused document without a readable name may be any of the former ones: then all that are missing stay.
        var kept = former.Where(d => !present.Contains(Key(d)) && (refused.Contains(null) || refused.Contains(d.QualifiedName)));
        return read with { Documents = [.. read.Documents, .. kept] };
    }

    private static (bool, string?, string) Key(PolicyDocument d) => (d.Clusterwide, d.Namespace, d.Name);
}
