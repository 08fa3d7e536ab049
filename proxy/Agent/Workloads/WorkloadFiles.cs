using Jumpgate.Agent.Policies;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Workloads;

/// <summary>Reads a workloads file for the commands that need no agent.</summary>
public static class WorkloadFiles
{
    /// <summary>What cannot be read is a diagnostic as well.</summary>
    public static WorkloadFileResult Read(string path)
    {
        var content = FileContent.Read(path);
        return content.Text is null
            ? new WorkloadFileResult([], [], [new PolicyDiagnostic(
                PolicySeverity.Error, new SourceLocation(path, 0), null, "", content.Error!)])
            : WorkloadFileReader.Read(path, content.Text);
    }
}
