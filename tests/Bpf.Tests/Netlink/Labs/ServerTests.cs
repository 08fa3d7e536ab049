using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jumpgate.Bpf.Tests.Netlink.Labs;

public sealed class ServerTests
{

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TestHttpServer_Request_AnswersWhatItSaw(bool ipv6)
    {
        using var lab = Lab.Create("a", "b");
        await using var server = await TestHttpServer.StartAsync(
            lab["b"].Namespace, new IPEndPoint(lab["b"].Address(ipv6), 0));
        using var client = NetnsHttpClient.Create(lab["a"].Namespace);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"http://{server.EndPoint}/v1/%41?q=1"));
        request.Headers.Add("X-Has-Force", "true");
        request.Content = new StringContent("body");

        using var response = await client.SendAsync(request);
        var seen = await SeenRequest.ReadAsync(response);

        Assert.Equal(("PUT", "HTTP/1.1", "body"), (seen.Method, seen.Protocol, seen.Body));
        Assert.StartsWith("/v1/", seen.Target, StringComparison.Ordinal);
        Assert.Equal("true", Assert.Single(seen.Headers["X-Has-Force"]));
        Assert.Equal(lab["a"].Address(ipv6).ToString(), seen.PeerAddress);
    }

    [Fact]
    public async Task TestHttpServer_Http2PriorKnowledge_Works()
    {
        using var lab = Lab.Create("a");
        await using var server = await TestHttpServer.StartAsync(
            lab["a"].Namespace, new IPEndPoint(IPAddress.IPv6Any, 0), HttpProtocols.Http2);
        using var client = NetnsHttpClient.Create(lab.Node);
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri($"http://{lab["a"].IPv4}:{server.EndPoint.Port}/"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await client.SendAsync(request);

        var seen = await SeenRequest.ReadAsync(response);
        Assert.Equal("HTTP/2", seen.Protocol);
        Assert.Equal(lab["a"].GatewayIPv4.ToString(), seen.PeerAddress);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EchoServer_TcpAndUdp_SendBack(bool ipv6)
    {
        using var lab = Lab.Create("a", "b");
        var endPoint = new IPEndPoint(lab["b"].Address(ipv6), 0);
        await using var tcp = EchoServer.StartTcp(lab["b"].Namespace, endPoint);
        await using var udp = EchoServer.StartUdp(lab["b"].Namespace, endPoint);
        var message = Encoding.UTF8.GetBytes("there and back");

        foreach (var (server, type, protocol) in (IEnumerable<(EchoServer, SocketType, ProtocolType)>)
            [(tcp, SocketType.Stream, ProtocolType.Tcp), (udp, SocketType.Dgram, ProtocolType.Udp)])
        {
            using var client = lab.Run("a", () => new Socket(endPoint.AddressFamily, type, protocol));
            await client.ConnectAsync(server.EndPoint).WaitAsync(Wait.Patience);
            await client.SendAsync(message);
            var buffer = new byte[100];
            var length = await client.ReceiveAsync(buffer).WaitAsync(Wait.Patience);

            Assert.Equal(message, buffer[..length]);
            Assert.Equal(1, server.Accepted);
        }
    }
}
