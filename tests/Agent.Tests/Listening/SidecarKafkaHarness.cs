using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Listening;
using Jumpgate.Agent.Listening.Sidecars;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Connections;
using Jumpgate.Connections.Sockets;
using Jumpgate.Kafka;
using Jumpgate.Policy.Kafka.Observation;
using Jumpgate.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>
/// The listener for sidecars on loopback, whose addresses are workloads', and a broker that answers everything.
/// </summary>
internal sealed class SidecarKafkaHarness : IUpstreamConnector, IKafkaObserver, IAsyncDisposable
{

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _broker = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Meter _meter = new("sidecars");
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private readonly SidecarKafkaServer _server;
    private readonly Task _running;

    public SidecarKafkaHarness(string? rules, TimeSpan? headerTimeout = null)
    {
        Store.Swap(World.Snapshot(rules));
        _broker.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _broker.Listen();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter && instrument.Name == "jumpgate.kafka.sidecar.connections")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            _outcomes.AddOrUpdate((string)tags[0].Value!, (int)value, (_, sum) => sum + (int)value));
        _meters.Start();
        _server = new SidecarKafkaServer(
            new IPEndPoint(IPAddress.Loopback, 0), Store, Connections,
            new KafkaFilter(new KafkaFilterOptions(), TimeProvider.System),
            new ClaimJudge(_ => null, _ => null), this, null, this, Log, new KafkaMetrics(_meter), TimeProvider.System,
            NullLogger.Instance)
        {
            HeaderTimeout = headerTimeout ?? Wait.Patience,
        };
        _server.Listen();
        _running = _server.RunAsync(_stop.Token);
    }

    public SidecarWorld World { get; } = new();

    public SnapshotStore Store { get; } = new();

    public ConnectionTable Connections { get; } = new();

    public FlowLog Log { get; } = new();

    /// <summary>What the agent connected for, and from where.</summary>
    public ConcurrentQueue<FlowMetadata> Connected { get; } = new();

    public ConcurrentQueue<KafkaRequestRecord> Records { get; } = new();

    public static byte[] ListOffsets(string topic)
    {
        var name = Encoding.ASCII.GetBytes(topic);
        byte[] frame =
        [
            0, 0, 0, 0, /* ListOffsets, version 1 */ 0, 2, 0, 1, /* correlation */ 0, 0, 0, 7, /* no client id */ 0xff, 0xff,
            /* replica */ 0xff, 0xff, 0xff, 0xff, /* topics */ 0, 0, 0, 1, 0, (byte)name.Length, .. name,
            /* partitions */ 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        ];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    /// <summary>A sidecar of whoever has the address.</summary>
    public async Task<Socket> ConnectAsync(string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await socket.ConnectAsync(_server.Address);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Refused before .NET has looked whether it was connected.
        }

        return socket;
    }

    /// <summary>The body of the next reply.</summary>
    public static async Task<byte[]> ReplyAsync(Socket client)
    {
        var length = new byte[4];
        await ReadAsync(client, length);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await ReadAsync(client, frame);
        Assert.Equal(7, BinaryPrimitives.ReadInt32BigEndian(frame));
        return frame[4..];
    }

    /// <summary>Waits for the end of a connection on which nothing comes.</summary>
    public static async Task EndedAsync(Socket client)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        try
        {
            Assert.Equal(0, await client.ReceiveAsync(new byte[1], limit.Token));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.NotConnected)
        {
            // As it should be.
        }
    }

    public Task CountedAsync(string outcome) => Wait.UntilAsync(
        () => _outcomes.GetValueOrDefault(outcome) == 1, Wait.Patience, $"{outcome} to be counted", () =>
            string.Join(' ', _outcomes));

    /// <summary>A request's record comes after its reply.</summary>
    public Task RecordedAsync(int count) => Wait.UntilAsync(() => Records.Count == count, Wait.Patience, $"{count} records");

    public async ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken)
    {
        Connected.Enqueue(flow);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_broker.LocalEndPoint!, cancellationToken);
        _ = AnswerAsync(await _broker.AcceptAsync(cancellationToken));
        return TcpChannel.Adopt(socket);
    }

    public bool Wants(KafkaOutcome outcome) => true;

    public void Record(KafkaRequestRecord record) => Records.Enqueue(record);

    public void Count(in KafkaRequestCount count)
    {
        // Others have tests of it.
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _server.Dispose();
        _broker.Dispose();
        _meters.Dispose();
        _meter.Dispose();
        _stop.Dispose();
    }

    private static async Task ReadAsync(Socket socket, Memory<byte> buffer)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        while (buffer.Length > 0)
        {
            var count = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.NotEqual(0, count);
            buffer = buffer[count..];
        }
    }

    /// <summary>No topics, in version 1 of ListOffsets.</summary>
    private static async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                while (true)
                {
                    var length = new byte[4];
                    await ReadAsync(socket, length);
                    await ReadAsync(socket, new byte[BinaryPrimitives.ReadInt32BigEndian(length)]);
                    await socket.SendAsync((byte[])[0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 0]);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or Xunit.Sdk.NotEqualException)
            {
                // The agent has ended it.
            }
        }
    }
}
