using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Agent.Listening;

/// <summary>Socket options of a transparent proxy (ip(7), socket(7)).</summary>
internal static class TransparentSockets
{
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoMark = 36;
    private const int SolIp = 0;
    private const int IpTransparent = 19;
    private const int IpBindAddressNoPort = 24;
    private const int SolIPv6 = 41;
    private const int IPv6Transparent = 75;

    /// <summary>MARK_FROM_PROXY: the proxy's packets are not redirected again. Accepted sockets inherit it.</summary>
    private const int MarkFromProxy = 0x4b000000;

    public static TcpSocket Create(AddressFamily family)
    {
        var socket = TcpSocket.Create(family);
        try
        {
            socket.SetOption(SolSocket, SoMark, MarkFromProxy);
            if (family == AddressFamily.InterNetwork)
            {
                socket.SetOption(SolIp, IpTransparent, 1);
            }
            else
            {
                socket.SetOption(SolIPv6, IPv6Transparent, 1);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Several connections to different servers may come from one address and port. SO_REUSEPORT would say
    /// more: that several sockets may listen there.</summary>
    public static void AllowSharedPort(TcpSocket socket) => socket.SetOption(SolSocket, SoReuseAddress, 1);

    /// <summary>Leaves the choice of the port to connect(), which knows the whole 4-tuple.</summary>
    public static void ChoosePortLate(TcpSocket socket) => socket.SetOption(SolIp, IpBindAddressNoPort, 1);

    /// <param name="joins">What is accepted may join a sockmap.</param>
    public static TcpListeningSocket Listen(IPAddress loopback, bool joins)
    {
        var socket = Create(loopback.AddressFamily);
        try
        {
            CongestionControl.ApplyTo(socket);
            socket.Bind(new IPEndPoint(loopback, 0));
            return socket.Listen(4096, mayJoin: joins);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
