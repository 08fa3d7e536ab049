using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Benchmarks.Redirect;

/// <summary>
/// Jumpgate's tc programs without its proxy: what the client sends to the server's port 80 is judged (identities,
/// policy, flow table) and goes to a listening socket that another program inherits.
/// </summary>
internal sealed partial class TcRedirect : IAsyncDisposable
{
    private const int SolSocket = 1;
    private const int SoMark = 36;
    private const int SolIp = 0;
    private const int IpTransparent = 19;
    private const int SetDescriptorFlags = 2;
    private const int MarkFromProxy = 0x4b000000;
    private const int Backlog = 4096;
    private const uint Client = 256;
    private const uint Server = 1000;
    private const ushort PortClass = 2;
    private const uint PortClasses = 3;

    private readonly BenchLab _lab;
    private readonly Datapath _datapath;

    private TcRedirect(BenchLab lab)
    {
        _lab = lab;
        _datapath = Datapath.Open(new DatapathOptions { PinDirectory = lab.PinDirectory });
        Listener = lab.Lab.Run("node", () => Listen(BenchLab.ProxyPort));
    }

    /// <summary>On 127.0.0.1 of the node; children inherit it.</summary>
    public Socket Listener { get; }

    public static TcRedirect Start(BenchLab lab)
    {
        var redirect = new TcRedirect(lab);
        try
        {
            lab.Lab.Run("node", redirect.Attach);
            return redirect;
        }
        catch
        {
            redirect.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        Listener.Dispose();
        _datapath.Dispose();
        _lab.Lab.Run("node", () => Datapath.Cleanup(_lab.PinDirectory));
        return ValueTask.CompletedTask;
    }

    /// <summary>As the agent opens its own: transparent, and marked, so that its answers are not redirected.</summary>
    private static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetRawSocketOption(SolSocket, SoMark, BitConverter.GetBytes(MarkFromProxy));
            socket.SetRawSocketOption(SolIp, IpTransparent, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(Backlog);
            return SetDescriptor((int)socket.Handle, SetDescriptorFlags, 0) == 0 ? socket
                : throw new InvalidOperationException($"fcntl: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int SetDescriptor(int descriptor, int command, int argument);

    private void Attach()
    {
        using (var routes = RouteSocket.Open())
        {
            new ProxyRouting(routes).Install();
        }

        var client = _lab.Lab["client"];
        var classes = new ushort[DatapathImage.PortClassTableLength];
        Array.Fill(classes, (ushort)1);
        classes[_lab.Server.Port] = PortClass;
        var defaults = new PolicyValue[2 * PortClasses];
        Array.Fill(defaults, new PolicyValue(Verdict.DefaultDeny, Flow.NoRule));
        _datapath.Publish(new DatapathImage
        {
            Revision = _datapath.ActiveRevision + 1,
            Endpoints = [new(EndpointKey.From(client.IPv4), new Endpoint((uint)client.HostIndex, Client, Client, 0))],
            IpCache = [new(IpCacheKey.From(_lab.Server.Address, 32), new IpCacheValue(Server, Server))],
            Policy = [new(new PolicyKey(0, Server, PortClass, Direction.Egress), new PolicyValue(Verdict.Redirect, 0))],
            Defaults = defaults,
            PortClasses = classes,
            PortClassCount = PortClasses,
        });
        _datapath.SetListener(AddressFamily.InterNetwork, Listener.SafeHandle);
        _datapath.AttachProxyLookup();
        _datapath.AttachWorkload(client.HostIndex);
    }
}
