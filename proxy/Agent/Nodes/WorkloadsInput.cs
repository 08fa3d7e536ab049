using System.Collections.Immutable;
using Jumpgate.Agent.Policies;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Nodes;

/// <summary>
/// The workloads file: what it says now, and the last good one, which counts while a bad one is there.
/// </summary>
internal sealed class WorkloadsInput(string file)
{
    private FileContent? _content;

    /// <summary>In force.</summary>
    public WorkloadFileResult Result { get; private set; } = new([], [], []);

    /// <summary>Of the last one read.</summary>
    public ImmutableArray<PolicyDiagnostic> Diagnostics { get; private set; } = [];

    /// <summary>It could be read, and is what is in force.</summary>
    public bool IsGood { get; private set; }

    /// <returns>What was found, where the file is another one than before.</returns>
    public WorkloadsReading Refresh()
    {
        var content = FileContent.Read(file, _content);
        var isSame = content == _content;
        _content = content;
        if (isSame)
        {
            return WorkloadsReading.Same;
        }

        IsGood = false;
        if (content.Text is null)
        {
            Diagnostics =
                [new PolicyDiagnostic(
                PolicySeverity.Error, new SourceLocation(content.Path, 0), null, "", content.Error!)];
            return WorkloadsReading.Unreadable;
        }

        var read = WorkloadFileReader.Read(content.Path, content.Text);
        Diagnostics = read.Diagnostics;
        if (!read.IsValid)
        {
            return WorkloadsReading.Refused;
        }

        IsGood = true;
        Result = read;
        return WorkloadsReading.Taken;
    }
}

/// <summary>What became of the workloads file.</summary>
internal enum WorkloadsReading
{
    /// <summary>As it was, good or not.</summary>
    Same,
    Unreadable,
    /// <summary>It has errors, and is not in force.</summary>
    Refused,
    Taken,
}
