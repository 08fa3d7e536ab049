using System.Runtime.InteropServices;
using Jumpgate.Connections;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Tests.Support;

/// <summary>A lane in which the kernel does what the test says, for every connection.</summary>
internal sealed class FakeLane : ILane, ILaneOpener, ISendPacer
{
    private int _settlementsAsked;
    private int _usesAsked;
    private int _waits;
    private int _published;
    private volatile bool _isSettled = true;
    private volatile bool _mayWrite = true;

    /// <summary>How often somebody looked whether it is settled.</summary>
    public int SettlementsAsked => Volatile.Read(ref _settlementsAsked);

    /// <summary>How often somebody looked when it was used.</summary>
    public int UsesAsked => Volatile.Read(ref _usesAsked);

    /// <summary>How often somebody had to wait before it sent.</summary>
    public int Waits => Volatile.Read(ref _waits);

    /// <summary>How often the proxy said that it stood at a clean boundary.</summary>
    public int Published => Volatile.Read(ref _published);

    /// <summary>Sockets whose other end has joined.</summary>
    public Func<SafeHandle, bool> HasJoined { get; init; } = static _ => true;

    public bool MayWrite { get => _mayWrite; set => _mayWrite = value; }

    public TimeSpan Idle { get; set; }

    /// <summary>Requests that the kernel is said to have handed to the server.</summary>
    public int UnderWay { get; private set; }

    public bool HasRequestsUnderWay => UnderWay > 0;

    public ChunkPosition PositionUnderWay { get; private set; }

    public int StatusUnderWay => 200;

    /// <summary>What the filter said of the last response that it took over.</summary>
    public int? Finished { get; private set; }

    public bool IsSettled
    {
        get
        {
            Interlocked.Increment(ref _settlementsAsked);
            return _isSettled;
        }

        set => _isSettled = value;
    }

    public string MethodUnderWay => "GET";

    public TimeSpan SinceLastUse
    {
        get
        {
            Interlocked.Increment(ref _usesAsked);
            return Idle;
        }
    }

    public int PieceSize => 1000;

    public ILane TryOpen(TcpChannel client, TcpChannel server) => this;

    public ValueTask<SocketPacing> PaceAsync(SafeHandle socket) =>
        new(HasJoined(socket) ? new SocketPacing(true, this) : default);

    public async ValueTask WaitAsync(int bytes)
    {
        if (!MayWrite)
        {
            Interlocked.Increment(ref _waits);
        }

        while (!MayWrite)
        {
            await Task.Delay(1);
        }
    }

    public void Publish(long requestBytes, long responseBytes) => Interlocked.Increment(ref _published);

    /// <summary>The kernel is said to have handed on a request, and its response as far as this.</summary>
    public void BeginAt(ChunkPosition position) => (PositionUnderWay, UnderWay) = (position, 1);

    public void FinishOne(int status)
    {
        Finished = status;
        PositionUnderWay = default;
        UnderWay--;
    }

    public bool Close() => UnderWay > 0;

    public void Dispose()
    {
    }
}
