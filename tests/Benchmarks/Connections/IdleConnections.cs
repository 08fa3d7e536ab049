using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Connections;

/// <summary>Keep-alive connections of a workload that have each had one answer, and are left alone since.</summary>
internal sealed class IdleConnections : IDisposable
{
    private const int Patience = 10_000;
    private static readonly byte[] Request =
        Encoding.ASCII.GetBytes("GET /v1/landing HTTP/1.1\r\nHost: bench\r\nX-Fleet: imperial\r\n\r\n");

    private readonly List<Socket> _sockets = [];

    public int Count => _sockets.Count;

    /// <summary>Opens so many, one after the other; what is open stays so on failure, until disposed.</summary>
    /// <exception cref="SocketException">One was not taken, or not answered in 10 s.</exception>
    /// <exception cref="InvalidOperationException">One got another answer than 200.</exception>
    public void Open(Lab lab, string workload, IPEndPoint target, int count, CancellationToken stop) =>
        lab.Run(workload, () =>
        {
            for (var i = 0; i < count; i++)
            {
                stop.ThrowIfCancellationRequested();
                var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
                {
                    ReceiveTimeout = Patience,
                    SendTimeout = Patience,
                };
                _sockets.Add(socket);
                socket.Connect(target);
                Ask(socket);
            }
        });

    /// <summary>One more request on each, so that none was given up meanwhile.</summary>
    public void AskAll(CancellationToken stop)
    {
        foreach (var socket in _sockets)
        {
            stop.ThrowIfCancellationRequested();
            Ask(socket);
        }
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private static void Ask(Socket socket)
    {
        socket.Send(Request);
        Span<byte> buffer = stackalloc byte[1024];
        var length = 0;
        while (!buffer[..length].EndsWith("Ship landed\n"u8))
        {
            var received = length == buffer.Length ? 0 : socket.Receive(buffer[length..]);
            length += received;
            if (received == 0)
            {
                var line = Encoding.ASCII.GetString(buffer[..length]).Split('\r')[0];
                throw new InvalidOperationException($"a connection was answered '{line}', then closed");
            }
        }

        if (!buffer[..length].StartsWith("HTTP/1.1 200 "u8))
        {
            throw new InvalidOperationException($"an answer was {Encoding.ASCII.GetString(buffer[..12])}");
        }
    }
}
