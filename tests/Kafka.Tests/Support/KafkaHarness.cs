using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jumpgate.Connections;
using Jumpgate.Connections.Sockets;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka.Observation;
using Jumpgate.Testing;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>The filter between a client and a broker that the test plays, both on loopback.</summary>
internal sealed partial class KafkaHarness : IAsyncDisposable, IUpstreamConnector, IKafkaObserver
{
    private const nuint Unread = 0x541b; // FIONREAD

    private readonly CancellationTokenSource _abort = new();
    private readonly Task _served;
    private readonly TcpChannel _upstream;
    private readonly TcpChannel _accepted;

    private KafkaHarness(
        KafkaFilterOptions options, KafkaFilter? filter, IKafkaPolicySource? policy, Socket client, Socket accepted,
        Socket broker, Socket upstream)
    {
        Client = client;
        Broker = broker;
        _upstream = TcpChannel.Adopt(upstream);
        _accepted = TcpChannel.Adopt(accepted);
        Filter = filter ?? new KafkaFilter(options, TimeProvider.System);
        _served = Filter.ServeAsync(
            new KafkaConnection
            {
                Client = _accepted,
                Flow = new FlowMetadata
                {
                    Source = (IPEndPoint)client.LocalEndPoint!,
                    OriginalDestination = (IPEndPoint)broker.LocalEndPoint!,
                    SourceIdentity = new NumericIdentity(300),
                    DestinationIdentity = new NumericIdentity(301),
                    SourceGroup = new PolicyGroup(300),
                    DestinationGroup = new PolicyGroup(301),
                },
                Policy = policy ?? Policy,
                Upstream = this,
                Observer = this,
                Aborted = _abort.Token,
            },
            CancellationToken.None);
    }

    public KafkaFilter Filter { get; }

    /// <summary>In force where the test brings none of its own.</summary>
    public TestKafkaPolicy Policy { get; } = new();

    public Socket Client { get; }

    public Socket Broker { get; }

    public ConcurrentQueue<KafkaRequestRecord> Records { get; } = new();

    public Task Served => _served.WaitAsync(Wait.Patience);

    /// <param name="filter">One that has served other connections.</param>
    /// <param name="policy">In place of <see cref="Policy"/>.</param>
    public static async Task<KafkaHarness> StartAsync(
        KafkaFilterOptions? options = null, KafkaFilter? filter = null, IKafkaPolicySource? policy = null)
    {
        var (client, accepted) = await PairAsync();
        var (upstream, broker) = await PairAsync();
        return new KafkaHarness(
            options ?? new KafkaFilterOptions(), filter, policy, client, accepted, broker, upstream);
    }

    public async Task SendAsync(byte[] bytes) => await SendAllAsync(Client, bytes);

    /// <summary>Until the filter has taken all that was sent, or reads no more.</summary>
    public async Task UntilTakenAsync()
    {
        const int Brief = 100;
        for (var looks = 0; looks < 2 * Brief && !_served.IsCompleted; looks++)
        {
            try
            {
                if (Ask(_accepted.Handle, Unread, out var count) != 0 || count == 0)
                {
                    return;
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            await (looks < Brief ? Yield() : Task.Delay(1));
        }

        static async Task Yield() => await Task.Yield();
    }

    public async Task ReplyAsync(byte[] bytes) => await SendAllAsync(Broker, bytes);

    /// <summary>The next whole frame that reaches the broker.</summary>
    public Task<byte[]> ReceiveRequestAsync() => ReceiveFrameAsync(Broker);

    /// <summary>The next whole frame that reaches the client.</summary>
    public Task<byte[]> ReceiveReplyAsync() => ReceiveFrameAsync(Client);

    /// <summary>True where the stream ends, in whatever way, before another byte.</summary>
    public static async Task<bool> IsEndedAsync(Socket socket)
    {
        try
        {
            using var limit = new CancellationTokenSource(Wait.Patience);
            return await socket.ReceiveAsync(new byte[1], limit.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await Served;
        Client.Dispose();
        Broker.Dispose();
        _abort.Dispose();
    }

    ValueTask<TcpChannel> IUpstreamConnector.ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken) =>
        new(_upstream);

    bool IKafkaObserver.Wants(KafkaOutcome outcome) => true;

    void IKafkaObserver.Count(in KafkaRequestCount count)
    {
    }

    void IKafkaObserver.Record(KafkaRequestRecord record) => Records.Enqueue(record);

    private static async Task SendAllAsync(Socket socket, byte[] bytes)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), limit.Token);
        }
    }

    private static async Task<byte[]> ReceiveFrameAsync(Socket socket)
    {
        var length = await ReceiveAsync(socket, 4);
        var rest = await ReceiveAsync(socket, BinaryPrimitives.ReadInt32BigEndian(length));
        return [.. length, .. rest];
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        var bytes = new byte[count];
        for (var received = 0; received < count;)
        {
            var now = await socket.ReceiveAsync(bytes.AsMemory(received), limit.Token);
            received += now > 0 ? now : throw new EndOfStreamException();
        }

        return bytes;
    }

    private static async Task<(Socket Caller, Socket Accepted)> PairAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await caller.ConnectAsync(listener.LocalEndPoint!);
        var accepted = await listener.AcceptAsync();
        accepted.NoDelay = true;
        return (caller, accepted);
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ask(SafeHandle descriptor, nuint request, out int count);
}
