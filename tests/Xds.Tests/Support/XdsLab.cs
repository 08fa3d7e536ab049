using System.Net;
using Jumpgate.Xds.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>A server on loopback.</summary>
internal static class XdsLab
{
    public static XdsServerOptions Options { get; } = new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        DebounceQuiet = TimeSpan.Zero,
    };

    /// <param name="group">All nodes' group; null: each its own.</param>
    public static Task<XdsServer> StartAsync(XdsServerOptions? options = null, string? group = "all") =>
        XdsServer.StartAsync(
        options ?? Options, group is null
            ? new GroupByNodeId() : new OneGroup(group), NullLogger.Instance, [], CancellationToken.None);

    private sealed class OneGroup(string name) : INodeGrouping
    {
        public string? GroupOf(XdsNode node) => node.Id == "stranger" ? null : name;
    }
}
