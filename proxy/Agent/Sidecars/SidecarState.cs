using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Sidecars;

/// <summary>A sidecar as the last look found it.</summary>
/// <param name="Name">Its workload's.</param>
/// <param name="Waiting">Null where everything is attached.</param>
internal sealed record SidecarState(string Name, SidecarDefinition Definition, string? Waiting);
