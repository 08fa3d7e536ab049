using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Testing;
using Xunit.Abstractions;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>Consumers that ask for much and read nothing: it waits at the broker, not in the agent.</summary>
public sealed class KafkaSlowReaderTests(ITestOutputHelper output)
{
    private const int Consumers = 8;
    private const int Batch = 1 << 20;
    private const int Batches = 32;

    /// <summary>Room for what .NET does not give back at once; what waits is four times as much.</summary>
    private const long MostHeld = (long)Consumers * Batches * Batch / 4;

    private static readonly byte[] _fetch = Fetch();

    [Fact]
    public async Task Fetches_NobodyReads_TheAgentHoldsLittle_AndTheRepliesArriveWhole()
    {
        await using var scene = await KafkaScene.StartAsync(KafkaScene.Policy("""
            - fromEndpoints: [ { matchLabels: { app: client } } ]
              toPorts:
                - ports: [ { port: kafka, protocol: TCP } ]
                  rules: { kafka: [ { role: consume, topic: big } ] }
            """));
        var partition = scene.Cluster.AddTopic("big").Find(0)!;
        for (var i = 0; i < Batches; i++)
        {
            partition.Append(OneRecord(Batch));
        }

        using (var first = await ConnectAsync(scene))
        {
            Assert.True(await FetchAllAsync(first) > Batches * Batch);
        }

        var before = scene.Scene.Agent.ResidentBytes;
        var consumers = new List<Socket>();
        try
        {
            for (var i = 0; i < Consumers; i++)
            {
                consumers.Add(await ConnectAsync(scene));
                await consumers[^1].SendAsync(_fetch);
            }

            await Wait.UntilAsync(() => consumers.All(c => c.Available > 0), Wait.Patience, "every reply to begin");
            await Wait.UntilStillAsync(() => consumers.Sum(c => (long)c.Available), "the replies to stand still");
            var held = scene.Scene.Agent.ResidentBytes - before;
            output.WriteLine($"{held >> 20} MiB held for {Consumers * Batches * Batch >> 20} MiB that wait");
            Assert.InRange(held, long.MinValue, MostHeld);
            foreach (var consumer in consumers)
            {
                Assert.True(await ReceiveAllAsync(consumer) > Batches * Batch);
            }
        }
        finally
        {
            consumers.ForEach(c => c.Dispose());
        }
    }

    private static async Task<Socket> ConnectAsync(KafkaScene scene)
    {
        var socket = scene.Scene.InNamespace("client")(
            () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(IPEndPoint.Parse(scene.Bootstrap)).WaitAsync(Wait.Patience);
        return socket;
    }

    private static async Task<long> FetchAllAsync(Socket socket)
    {
        await socket.SendAsync(_fetch);
        return await ReceiveAllAsync(socket);
    }

    /// <returns>Bytes of the frame that comes, which came whole.</returns>
    private static async Task<long> ReceiveAllAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(Wait.Patience);
        var buffer = new byte[1 << 20];
        async Task<int> ReceiveAsync(int most)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(0, most), limit.Token);
            return count > 0 ? count : throw new IOException("the connection ended within a reply");
        }

        var got = 0;
        while (got < 4)
        {
            got += await socket.ReceiveAsync(buffer.AsMemory(got, 4 - got), limit.Token);
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(buffer);
        for (var left = length; left > 0;)
        {
            left -= await ReceiveAsync(Math.Min(left, buffer.Length));
        }

        return length;
    }

    /// <summary>A record batch (magic 2) that is opaque but for its header.</summary>
    private static byte[] OneRecord(int size)
    {
        var batch = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), size - 12);
        batch[16] = 2;
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), -1);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), 1);
        return batch;
    }

    /// <summary>Fetch 4, of partition 0 of topic <c>big</c> from its beginning, all of it.</summary>
    private static byte[] Fetch()
    {
        using var frame = new MemoryStream();
        void Number(long value, int size)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            frame.Write(bytes[^size..]);
        }

        void Text(string value)
        {
            Number(value.Length, 2);
            frame.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }

        Number(0, 4);
        Number(1, 2);
        Number(4, 2);
        Number(1, 4);
        Text("slow");
        Number(-1, 4);
        Number(500, 4);
        Number(1, 4);
        Number(Batches * 2L * Batch, 4);
        Number(0, 1);
        Number(1, 4);
        Text("big");
        Number(1, 4);
        Number(0, 4);
        Number(0, 8);
        Number(Batches * 2L * Batch, 4);
        var bytes = frame.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        return bytes;
    }
}
