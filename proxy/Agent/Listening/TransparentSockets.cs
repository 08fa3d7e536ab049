using System.Net;
using System.Net.Sockets;

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

    public static Socket Create(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            Set(socket, SolSocket, SoMark, MarkFromProxy);
            if (family == AddressFamily.InterNetwork)
            {
                Set(socket, SolIp, IpTransparent, 1);
            }
            else
            {
                socket.DualMode = false;
                Set(socket, SolIPv6, IPv6Transparent, 1);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Several connections to different servers may come from one address and port. Not .NET's ReuseAddress: that sets
    /// SO_REUSEPORT too.</summary>
    public static void AllowSharedPort(Socket socket) => Set(socket, SolSocket, SoReuseAddress, 1);

    /// <summary>Leaves the choice of the port to connect(), which knows the whole 4-tuple.</summary>
    public static void ChoosePortLate(Socket socket) => Set(socket, SolIp, IpBindAddressNoPort, 1);

    public static Socket Listen(IPAddress loopback)
    {
        var socket = Create(loopback.AddressFamily);
        socket.Bind(new IPEndPoint(loopback, 0));
        socket.Listen(4096);
        return socket;
    }

    private static void Set(Socket socket, int level, int option, int value) =>
        socket.SetRawSocketOption(level, option, BitConverter.GetBytes(value));
}
