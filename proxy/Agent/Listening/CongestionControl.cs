using Jumpgate.Connections;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Agent.Listening;

/// <summary>
/// Between the proxy and a workload of its node there is no network: nothing is congested, nothing is lost, and what
/// paces there (BBR) only holds up what could go at once. Those connections use reno, which every kernel has and which
/// does not pace. All others use what the node does: docs/architecture.md.
/// </summary>
internal sealed class CongestionControl
{
    private const string Local = "reno";

    private readonly string _nodes;

    /// <param name="nodes">The node's own (net.ipv4.tcp_congestion_control).</param>
    public CongestionControl(string nodes) => _nodes = nodes;

    /// <summary>As the calling thread's network namespace has it.</summary>
    public static CongestionControl Read() =>
        new(File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control").Trim());

    /// <summary>
    /// What it accepts begins as a workload's: a connection that once had the other one would go on being paced.
    /// </summary>
    public static void ApplyTo(TcpSocket listener) => listener.TrySetCongestionControl(Local);

    /// <summary>A connection that was accepted.</summary>
    public void ApplyTo(TcpChannel client, FlowMetadata flow)
    {
        if (!flow.SourceIdentity.IsWorkload && _nodes != Local)
        {
            client.TrySetCongestionControl(_nodes);
        }
    }

    /// <summary>A socket that is about to connect.</summary>
    public static void ApplyTo(TcpSocket upstream, FlowMetadata flow)
    {
        if (flow.DestinationIdentity.IsWorkload)
        {
            upstream.TrySetCongestionControl(Local);
        }
    }
}
