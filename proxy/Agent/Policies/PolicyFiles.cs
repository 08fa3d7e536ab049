using Jumpgate.Policy;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Agent.Policies;

/// <summary>Reads policy files for the commands that need no agent.</summary>
public static class PolicyFiles
{
    /// <param name="paths">Files, and folders whose <c>*.yaml</c> and <c>*.yml</c> count.</param>
    /// <returns>Null with <paramref name="error"/> where a path does not exist.</returns>
    public static PolicySetResult? Read(IEnumerable<string> paths, out string? error)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new List<string>();
        error = null;
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                try
                {
                    files.AddRange(PolicyFolder.List(path));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    error = $"{path}: cannot be read: {e.Message}";
                    return null;
                }
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                error = $"{path}: no such file or folder";
                return null;
            }
        }

        return PolicySet.Combine(files.Select(f =>
        {
            var content = FileContent.Read(f);
            return content.Text is null
                ? new PolicyFileResult(f, [], [new PolicyDiagnostic(
                    PolicySeverity.Error, new SourceLocation(f, 0), null, "", content.Error!)])
                : PolicyReader.Read(f, content.Text);
        }));
    }
}
