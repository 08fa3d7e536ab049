using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Sockets;

/// <summary>Large responses and relayed streams, which pass unread; what their reader leaves lies in a pipe.</summary>
[Collection(nameof(SplicesAlone))]
public sealed class SplicedStreamTests
{
    /// <summary>More than all sockets on the way hold together.</summary>
    private const int Huge = 48 << 20;
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task Response_LargeToASlowReader_WaitsInOnePipeAndTheConnectionGoesOn()
    {
        var bytes = Filled(Huge);
        using var server = Sending(bytes);
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            await HeldPipes.WaitForBytesAsync();
            Assert.Single(HeldPipes.Bytes);
            Assert.Equal(SHA256.HashData(bytes),
                await HashAsync(client.Socket, Head(bytes.Length).Length, bytes.Length).Within());
            Assert.Empty(HeldPipes.Bytes);
        }

        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Response_OfAllSizes_ArrivesExactly()
    {
        var random = new Random(11);
        var bodies = Enumerable.Range(0, 60).Select(_ => Filled(random.Next(1, 1 << random.Next(8, 21)))).ToList();
        var next = 0;
        using var server = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is not null)
            {
                await connection.SendAsync((byte[])[.. Head(bodies[next].Length), .. bodies[next++]]);
            }
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        foreach (var body in bodies)
        {
            await client.SendAsync(Get);
            Assert.Equal(
                SHA256.HashData(body), await HashAsync(client.Socket, Head(body.Length).Length, body.Length).Within());
        }
    }

    [Fact]
    public async Task Response_CutInTheMiddle_EndsTheClientsConnection()
    {
        const int Cut = 3_000_000;
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync((byte[])[.. Head(Huge), .. new byte[Cut]]);
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(Get);

        Assert.InRange(await CountAsync(client.Socket).Within(), 0, Head(Huge).Length + Cut);
        await filter.FinishAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Response_OneSocketHasJoined_IsCopied(bool isClient)
    {
        var sent = 0L;
        var bytes = Filled(Huge);
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Head(Huge));
            for (var rest = bytes.AsMemory(); !rest.IsEmpty;)
            {
                var count = await connection.Socket.SendAsync(rest[..(64 * 1024)]);
                Interlocked.Add(ref sent, count);
                rest = rest[count..];
            }
        });
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Lanes = new JoinedSockets(isClient ? 0 : 1);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(Get);
        var before = -1L;
        var same = 0;
        await Wait.UntilAsync(
            () =>
            {
                same = Volatile.Read(ref sent) is var now && now > 0 && now == before ? same + 1 : 0;
                before = Volatile.Read(ref sent);
                return same == 20;
            },
            Wait.Patience,
            "the stream to stall");

        Assert.Empty(HeldPipes.Bytes);
    }

    [Fact]
    public async Task Relay_LargeStreamToASlowReader_WaitsInOnePipeAndEndsAfterIt()
    {
        var bytes = Filled(Huge);
        using var server = new RawServer(async connection =>
        {
            await connection.SendAsync(bytes);
            connection.FinishSending();
            await connection.ReadToEndAsync();
        });
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Policy.HasHttpRules = false;
        using var client = await filter.ConnectAsync();
        await HeldPipes.WaitForBytesAsync();
        Assert.Equal(SHA256.HashData(bytes), await HashAsync(client.Socket, 0, Huge).Within());
        Assert.Equal(0, await client.Socket.ReceiveAsync(new byte[1]).Within());

        await client.SendAsync("still open");
        client.FinishSending();
        await filter.FinishAsync();
        await server.FinishAsync();
        Assert.Equal("still open", server.Received);
    }

    private static RawServer Sending(byte[] bytes) => new(async connection =>
    {
        while (await connection.ReadMessageAsync() is not null)
        {
            await connection.SendAsync((byte[])[.. Head(bytes.Length), .. bytes]);
        }
    });

    private static byte[] Head(int length) =>
        Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");

    private static byte[] Filled(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> HashAsync(Socket from, int skipped, int count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (var left = skipped + count; left > 0;)
        {
            var received = await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)));
            Assert.NotEqual(0, received);
            var head = Math.Min(received, Math.Max(0, left - count));
            hash.AppendData(buffer, head, received - head);
            left -= received;
        }

        return hash.GetHashAndReset();
    }

    private static async Task<long> CountAsync(Socket from)
    {
        var total = 0L;
        var buffer = new byte[256 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory()) is var count and > 0)
            {
                total += count;
            }
        }
        catch (SocketException)
        {
            // Half a response ends in a reset.
        }

        return total;
    }
}
