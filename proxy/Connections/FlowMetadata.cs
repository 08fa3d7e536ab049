using System.Net;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Connections;

/// <summary>What the kernel knew when it redirected the flow (bpf/include/jumpgate.h, <c>struct flow</c>).</summary>
public sealed record FlowMetadata
{
    public required IPEndPoint Source { get; init; }
    public required IPEndPoint OriginalDestination { get; init; }
    public required NumericIdentity SourceIdentity { get; init; }
    public required NumericIdentity DestinationIdentity { get; init; }
    public required PolicyGroup SourceGroup { get; init; }
    public required PolicyGroup DestinationGroup { get; init; }
}
