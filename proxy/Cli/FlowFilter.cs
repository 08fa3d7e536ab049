using Jumpgate.Agent.Flows;

namespace Jumpgate.Cli;

/// <summary>Which flow events to show; null means all.</summary>
internal sealed record FlowFilter(string? Verdict, string? Workload, string? Protocol)
{
    public bool IsEmpty => this == new FlowFilter(null, null, null);

    public bool Passes(FlowRecord record) =>
        (Verdict is null || record.Verdict.Equals(Verdict, StringComparison.OrdinalIgnoreCase))
        && (Workload is null || record.Source.Workload == Workload || record.Destination.Workload == Workload)
        && (Protocol is null || FlowText.ProtocolOf(record).Equals(Protocol, StringComparison.OrdinalIgnoreCase));
}
