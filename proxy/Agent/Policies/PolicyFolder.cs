using System.Collections.Immutable;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Agent.Policies;

/// <summary>
/// The policies of a folder (<c>*.yaml</c>, <c>*.yml</c>, not hidden). A document that has become invalid keeps its
/// last valid version in force, loudly: dropping a deny rule over a slip of the pen would open a door.
/// </summary>
internal sealed class PolicyFolder(string directory)
{
    private readonly Dictionary<string, ImmutableArray<PolicyDocument>> _lastValid = [];
    private ImmutableArray<FileContent> _contents = [];

    public PolicySetResult Result { get; private set; } = PolicySet.Combine([]);

    /// <summary>Why the folder cannot be read; its policies stay as they were last read. Null where it can.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Files whose last valid version stands in for the present one.</summary>
    public ImmutableArray<string> Stale { get; private set; } = [];

    /// <summary>Folders of such a name as well: a file that became one is to be told, not forgotten.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IEnumerable<string> List(string path) => Directory.EnumerateFileSystemEntries(path)
        .Where(f => Path.GetExtension(f) is ".yaml" or ".yml" && !Path.GetFileName(f).StartsWith('.'))
        .Order(StringComparer.Ordinal);

    /// <returns>True where something has changed since the last time.</returns>
    public bool Refresh()
    {
        // A folder that is gone (or not mounted yet) is no order to drop every rule; an empty one is.
        string[] files;
        try
        {
            files = [.. List(directory)];
            Obstacle = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Obstacle = $"the policies directory {directory} cannot be read ({e.Message.TrimEnd('.')}); "
                + "the policies last read stay in force until it is there again";
            return false;
        }

        var known = _contents.ToDictionary(content => content.Path);
        var contents = files.Select(file => FileContent.Read(file, known.GetValueOrDefault(file))).ToImmutableArray();
        var isSame = contents.SequenceEqual(_contents);
        _contents = contents;
        if (isSame)
        {
            return false;
        }

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
        var kept = former.Where(d => !present.Contains(Key(d))
            && (refused.Contains(null) || refused.Contains(d.QualifiedName)));
        return read with { Documents = [.. read.Documents, .. kept] };
    }

    private static (bool, string?, string) Key(PolicyDocument d) => (d.Clusterwide, d.Namespace, d.Name);
}
