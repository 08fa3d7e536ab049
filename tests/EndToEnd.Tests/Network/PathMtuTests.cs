using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>
/// A hop that cannot carry what the ends would send (RFC 1191, RFC 8201): the world is a router here, with a narrow
/// link to its own far network. Who is not told stands still.
/// </summary>
[Collection("kernel")]
public sealed class PathMtuTests
{
    private const int NarrowMtu = 1300;
    private const int BodyLength = 3_000_000;

    private const string ThroughProxy = """
        egress:
          - toCIDR: [ 10.99.0.0/16, "fd99::/16" ]
            toPorts:
              - ports: [ { port: "80", protocol: TCP } ]
                rules: { http: [ { method: POST } ] }
        """;

    private const string WithoutProxy = """
        egress:
          - toCIDR: [ 10.99.0.0/16, "fd99::/16" ]
            toPorts: [ { ports: [ { port: "80", protocol: TCP } ] } ]
        """;

    [Theory]
    [InlineData(ThroughProxy, "uplink")]
    [InlineData(ThroughProxy, null)]
    [InlineData(WithoutProxy, "uplink")]
    [InlineData(WithoutProxy, null)]
    public async Task LargeBody_OverANarrowHop_Arrives(string policy, string? uplink)
    {
        await using var scene = await Scene.StartAsync(Policies.Client(policy));
        await scene.SetUplinksAsync(uplink);
        foreach (var ipv6 in (bool[])[false, true])
        {
            var far = AddFarNetwork(scene, ipv6);
            using var listener = scene.Lab.Run("far", () =>
            {
                var socket = new Socket(far.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(far, 80));
                socket.Listen();
                return socket;
            });
            using var limit = new CancellationTokenSource(Wait.Patience);
            var received = SwallowAsync(listener, limit.Token);

            using var peer =
                await HttpPeer.ConnectAsync(scene.InNamespace("client"), new IPEndPoint(far, 80), Wait.Patience);
            var head = $"POST / HTTP/1.1\r\nHost: far\r\nContent-Length: {BodyLength}\r\n\r\n";
            await peer.Socket.SendAsync(Encoding.ASCII.GetBytes(head), limit.Token);
            for (var left = BodyLength; left > 0;)
            {
                left -= await peer.Socket.SendAsync(new byte[Math.Min(left, 65536)].AsMemory(), limit.Token);
            }

            Assert.Equal(BodyLength, await received);
            Assert.True(TooBig(scene, ipv6) > 0, "the narrow hop had nothing to say: this test tests nothing");
        }
    }

    /// <summary>client - node - uplink - world - (narrow) - far.</summary>
    private static IPAddress AddFarNetwork(Scene scene, bool ipv6)
    {
        var lab = scene.Lab;
        if (!ipv6)
        {
            lab.AddWorkload("far");
            lab.Ip("world", $"link add narrow type veth peer name near netns {lab["far"].NamespaceName}");
            lab.Run("world", () =>
            {
                File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
                File.WriteAllText("/proc/sys/net/ipv6/conf/all/forwarding", "1");
            });
            lab.Ip("world", $"link set narrow mtu {NarrowMtu} up");
            lab.Ip("far", "link set near up");
        }

        var (prefix, length) = ipv6 ? ("fd99::", 64) : ("10.99.0.", 24);
        var client = ipv6 ? $"{lab["client"].IPv6}/128" : $"{lab["client"].IPv4}/32";
        lab.Ip("world", $"addr add {prefix}1/{length} dev narrow{(ipv6 ? " nodad" : "")}");
        lab.Ip("far", $"addr add {prefix}2/{length} dev near{(ipv6 ? " nodad" : "")}");
        lab.Ip("far", $"route add {client} via {prefix}1");
        lab.Ip("node", $"route add {(ipv6 ? "fd99::/16" : "10.99.0.0/16")} via {lab["world"].Address(ipv6)}");
        return IPAddress.Parse($"{prefix}2");
    }

    private static async Task<int> SwallowAsync(Socket listener, CancellationToken token)
    {
        using var connection = await listener.AcceptAsync(token);
        var (buffer, head) = (new byte[65536], new StringBuilder());
        for (var body = -1; ;)
        {
            var count = await connection.ReceiveAsync(buffer.AsMemory(), token);
            if (body < 0)
            {
                head.Append(Encoding.Latin1.GetString(buffer, 0, count));
                var end = head.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
                body = end < 0 ? -1 : head.Length - end - 4;
            }
            else
            {
                body += count;
            }

            if (count == 0 || body == BodyLength)
            {
                return body;
            }
        }
    }

    /// <summary>How often the world has said that a packet was too big.</summary>
    private static long TooBig(Scene scene, bool ipv6)
    {
        // Not /proc/net: that is the namespace of the process's first thread.
        var lines = scene.Lab.Run("world", () =>
            File.ReadAllLines($"/proc/thread-self/net/{(ipv6 ? "snmp6" : "snmp")}"));
        if (ipv6)
        {
            return long.Parse(
                lines.First(l => l.StartsWith("Icmp6OutPktTooBigs", StringComparison.Ordinal)).Split()[^1],
                CultureInfo.InvariantCulture);
        }

        var icmp = lines.Where(l => l.StartsWith("Icmp:", StringComparison.Ordinal)).Select(l => l.Split(' ')).ToList();
        return long.Parse(icmp[1][Array.IndexOf(icmp[0], "OutDestUnreachs")], CultureInfo.InvariantCulture);
    }
}
