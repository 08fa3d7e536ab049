using System.Text.Json.Nodes;

namespace Jumpgate.Agent.Admin;

/// <summary>What <c>jumpgate envoy config</c> and <c>diff</c> show: one node's configuration.</summary>
/// <param name="Node">The workload.</param>
/// <param name="Profile"><c>sidecar</c> or <c>grpc</c>.</param>
/// <param name="Source">Where it comes from: <c>policy in force</c>, <c>acknowledged</c>, or the folder of
/// policies.</param>
/// <param name="Refusals">What of the policy the node cannot enforce, and therefore denies.</param>
/// <param name="Problems">What stands between this and the node: NACKs, answers that are missing.</param>
public sealed record EnvoyReport(
    string Node, string Profile, string Source, IReadOnlyList<string> Refusals, IReadOnlyList<string> Problems,
    IReadOnlyList<EnvoyResourceReport> Resources);

/// <param name="Type"><c>LDS</c>, <c>RDS</c> and so on.</param>
/// <param name="Version">A hash of its content.</param>
public sealed record EnvoyResourceReport(string Type, string Name, string Version, JsonObject Resource);
