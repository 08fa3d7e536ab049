using System.Net;
using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>What these tests do to a node besides connecting.</summary>
internal static class NodeTools
{
    /// <summary>What a command in the node's namespace says.</summary>
    public static string RunOnNode(this Scene scene, params IReadOnlyList<string> command) =>
        Command.Run("nsenter", [$"--net=/run/netns/{scene.Lab.NodeName}", .. command]);

    public static string Tc(this Scene scene, string arguments) => scene.RunOnNode(["tc", .. arguments.Split(' ')]);

    /// <summary>Adds or removes the uplink in the workloads file, and waits until the node obeys.</summary>
    public static async Task SetUplinksAsync(this Scene scene, string? name)
    {
        var lines = File.ReadAllLines(scene.WorkloadsFile)
            .Where(l => !l.StartsWith("uplinks:", StringComparison.Ordinal));
        File.WriteAllLines(scene.WorkloadsFile, name is null ? lines : lines.Append($"uplinks: [{name}]"));
        await Wait.UntilAsync(
            () => scene.IsUplinkAttached() == (name is not null), Wait.Patience,
            "the uplink to be attached or detached");
    }

    public static bool IsUplinkAttached(this Scene scene) =>
        scene.Tc("filter show dev uplink ingress").Contains("from_uplink", StringComparison.Ordinal);

    public static Socket Udp(this Scene scene, string workload, IPEndPoint local) => scene.Lab.Run(workload, () =>
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(local);
        return socket;
    });

    /// <summary>Frames out of a workload's (or the world's) own interface.</summary>
    public static PacketSocket Wire(this Scene scene, string workload) =>
        scene.Lab.Own(PacketSocket.Open(scene.Lab[workload].Namespace, LabNode.InterfaceName));

    /// <summary>Sends a packet to the node, which is everybody's router here.</summary>
    public static void Send(this Scene scene, PacketSocket wire, string workload, byte[] packet)
    {
        using var routes = RouteSocket.Open(scene.Lab.Node);
        wire.SendIP(routes.FindLink(scene.Lab[workload].HostIndex)!.HardwareAddress, packet);
    }

    public static IPAddress Any(bool ipv6) => ipv6 ? IPAddress.IPv6Any : IPAddress.Any;
}
