using System.Globalization;
using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Xds.Nodes;

namespace Jumpgate.EnvoyConfig.Nodes;

/// <summary>Which configuration a node gets: its ID is the workload's name, and its words say which profile.</summary>
public readonly record struct NodeKey(string Workload, NodeProfile Profile)
{
    /// <summary>
    /// The key of the node's metadata that says <c>sidecar</c> or <c>grpc</c>, where its user agent does not.
    /// </summary>
    public const string ProfileKey = "jumpgate.dev/profile";

    private const string SidecarEnding = " (sidecar)";
    private const string GrpcEnding = " (gRPC)";
    private const string OldGrpcEnding = " (gRPC, old)";
    private static readonly string[] s_endings = [SidecarEnding, GrpcEnding, OldGrpcEnding];

    private static readonly (string Agent, Version Since)[] KnowStringMatch =
    [
        // grpc/grpc pull request 38185, grpc/grpc-go pull request 6419; Java and Node know it since they have RBAC.
        ("gRPC C-core", new Version(1, 68)),
        ("gRPC Go", new Version(1, 57)),
    ];

    /// <summary>
    /// The group of such nodes in the xDS server's cache; no other key has it. A workload's name may be anything: only
    /// what ends in no profile's words goes without them.
    /// </summary>
    public string Group => Profile switch
    {
        NodeProfile.Sidecar when !LooksLikeAGroup(Workload) => Workload,
        NodeProfile.Sidecar => Workload + SidecarEnding,
        NodeProfile.Grpc => Workload + GrpcEnding,
        _ => Workload + OldGrpcEnding,
    };

    public static NodeKey Of(XdsNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var agent = node.Message.UserAgentName;
        var isGrpc = ProfileIn(node.Message.Metadata) switch
        {
            "grpc" => true,
            "sidecar" => false,
            _ => agent.StartsWith("grpc", StringComparison.OrdinalIgnoreCase),
        };
        return new NodeKey(node.Id, !isGrpc ? NodeProfile.Sidecar : IsOld(node.Message)
            ? NodeProfile.OldGrpc : NodeProfile.Grpc);
    }

    private static bool LooksLikeAGroup(string name) =>
        Array.Exists(s_endings, ending => name.EndsWith(ending, StringComparison.Ordinal));

    private static string? ProfileIn(Struct? metadata) =>
        metadata?.Fields.GetValueOrDefault(ProfileKey) is { KindCase: Value.KindOneofCase.StringValue } value
            ? value.StringValue : null;

    /// <summary>Versions read like <c>C-core 1.51.1</c>. One that cannot be read is taken for a new one.</summary>
    private static bool IsOld(Node node)
    {
        var known = Array.Find(KnowStringMatch, k =>
            node.UserAgentName.StartsWith(k.Agent, StringComparison.OrdinalIgnoreCase));
        var parts = node.UserAgentVersion.Split(' ')[^1].Split('.');
        return known.Since is { } since && parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            && new Version(major, minor) < since;
    }
}
