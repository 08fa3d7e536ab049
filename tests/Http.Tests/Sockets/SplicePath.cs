using System.Net.Sockets;
using System.Security.Cryptography;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;
using static Jumpgate.Http.Tests.Sockets.Channels;

namespace Jumpgate.Http.Tests.Sockets;

/// <summary>A sender, two channels between which a test moves its bytes, and a reader.</summary>
internal sealed class SplicePath : IAsyncDisposable
{
    private long _sent;

    private SplicePath((TcpChannel, Socket) from, (TcpChannel, Socket) to)
    {
        (From, Source) = from;
        (To, Target) = to;
    }

    public Socket Source { get; }

    public TcpChannel From { get; }

    public TcpChannel To { get; }

    public Socket Target { get; }

    /// <summary>Bytes that the source's socket has taken.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public static async Task<SplicePath> CreateAsync() => new(await PairAsync(), await PairAsync());

    /// <param name="random">Sends pieces of any size; null: large ones.</param>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, Random? random)
    {
        while (!bytes.IsEmpty)
        {
            var most = random is null ? 1 << 20 : 1 << random.Next(0, 20);
            var piece = bytes[..Math.Min(bytes.Length, random?.Next(1, most + 1) ?? most)];
            var count = await Source.SendAsync(piece);
            Volatile.Write(ref _sent, Sent + count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Splices on the loop until so many have been moved, or no more come.</summary>
    public async Task<long> MoveAsync(long most)
    {
        var moved = 0L;
        while (moved < most && await From.SpliceAsync(To, most - moved) is var count and > 0)
        {
            moved += count;
        }

        return moved;
    }

    public async Task<byte[]> ReceiveHashAsync(long count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        while (count > 0)
        {
            var received = await Target.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)));
            Assert.NotEqual(0, received);
            hash.AppendData(buffer, 0, received);
            count -= received;
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Until bytes lie in a pipe and the source's socket takes no more.</summary>
    public Task StalledAsync() =>
        Wait.UntilStillAsync(() => HeldPipes.Bytes.Count > 0 ? Sent : 0, "the stream to stall");

    public ValueTask DisposeAsync()
    {
        Source.Dispose();
        From.Dispose();
        To.Dispose();
        Target.Dispose();
        return default;
    }
}
