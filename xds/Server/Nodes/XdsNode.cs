using Envoy.Config.Core.V3;

namespace Jumpgate.Xds.Nodes;

/// <summary>Who asks, in its own words: the first request of a stream says it.</summary>
/// <param name="Id">Never empty.</param>
/// <param name="Message">All that the node said, for those who group nodes by locality or metadata.</param>
public sealed record XdsNode(string Id, string Cluster, Node Message)
{
    /// <summary>The client's name and version, such as <c>envoy 1.34.1</c>.</summary>
    public string UserAgent => Message.UserAgentVersionTypeCase switch
    {
        Node.UserAgentVersionTypeOneofCase.UserAgentVersion => $"{Message.UserAgentName} {Message.UserAgentVersion}",
        Node.UserAgentVersionTypeOneofCase.UserAgentBuildVersion when Message.UserAgentBuildVersion.Version is { } v =>
            $"{Message.UserAgentName} {v.MajorNumber}.{v.MinorNumber}.{v.Patch}",
        _ => Message.UserAgentName,
    };
}
