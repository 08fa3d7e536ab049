using System.Net.Sockets;
using System.Security.Cryptography;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;
using static Jumpgate.Http.Tests.Sockets.Channels;

namespace Jumpgate.Http.Tests.Sockets;

/// <summary>Bytes that pass from one channel to another within the kernel.</summary>
[Collection(nameof(SplicesAlone))]
public sealed class SpliceTests
{
    /// <summary>More than all sockets between two ends hold together.</summary>
    private const int Huge = 48 << 20;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 100)]
    [InlineData(3, 65_536)]
    [InlineData(4, 65_537)]
    [InlineData(5, 300_001)]
    [InlineData(6, 5_000_000)]
    [InlineData(7, 20_000_000)]
    public async Task Splice_AnyPiecesBetweenReads_ArriveExactly(int seed, int size)
    {
        await using var path = await SplicePath.CreateAsync();
        var random = new Random(seed);
        var bytes = new byte[size];
        random.NextBytes(bytes);
        var sending = path.SendAsync(bytes, new Random(seed + 100));
        var receiving = path.ReceiveHashAsync(size);

        for (long left = size; left > 0;)
        {
            // What is read into user space between splices stays in its place.
            var buffer = new byte[random.Next(1, 100_000)];
            var count = random.Next(4) == 0
                ? await ReceiveAsync(path.From, buffer.AsMemory(0, (int)Math.Min(left, buffer.Length))).Within()
                : -1;
            if (count > 0)
            {
                await path.To.SendAsync(buffer.AsMemory(0, count)).AsTask().Within();
            }
            else
            {
                var most = Math.Min(left, random.Next(1, 600_000));
                count = await path.From.SpliceAsync(path.To, most).AsTask().Within();
                Assert.InRange(count, 1, most);
            }

            left -= count;
        }

        await sending.Within();
        Assert.Equal(SHA256.HashData(bytes), await receiving.Within());
    }

    [Fact]
    public async Task Splice_ReaderThatReadsNothing_HoldsOnePipeAndStopsTheSender()
    {
        await using var path = await SplicePath.CreateAsync();
        var bytes = new byte[Huge];
        new Random(8).NextBytes(bytes);
        var sending = path.SendAsync(bytes, null);
        var moving = path.MoveAsync(Huge);
        await path.StalledAsync();

        var held = Assert.Single(HeldPipes.Bytes);
        Assert.InRange(held, 1, SplicePipe.Capacity);
        Assert.InRange(path.Sent, 1, Huge / 2);

        Assert.Equal(SHA256.HashData(bytes), await path.ReceiveHashAsync(Huge).Within());
        await sending.Within();
        Assert.Equal(Huge, await moving.Within());
        Assert.Empty(HeldPipes.Bytes);
    }

    [Fact]
    public async Task Splice_EndInTheMiddle_MovesWhatCameThenNothing()
    {
        await using var path = await SplicePath.CreateAsync();
        await path.SendAsync(new byte[100_000], null).Within();
        path.Source.Shutdown(SocketShutdown.Send);

        Assert.Equal(100_000, await path.MoveAsync(1 << 20).Within());
        Assert.Equal(0, await path.From.SpliceAsync(path.To, 1).AsTask().Within());
    }

    [Fact]
    public async Task Splice_SourceIsResetWhileWaiting_Throws()
    {
        await using var path = await SplicePath.CreateAsync();
        var moving = path.MoveAsync(1 << 20);
        path.Source.LingerState = new LingerOption(true, 0);
        path.Source.Dispose();

        var error = await Assert.ThrowsAsync<SocketException>(() => moving.Within());
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        Assert.Empty(HeldPipes.Bytes);
    }

    [Fact]
    public async Task Splice_TargetIsResetWithBytesUnderWay_ThrowsAndKeepsNoneOfThem()
    {
        await using var path = await SplicePath.CreateAsync();
        _ = path.SendAsync(new byte[Huge], null).ContinueWith(t => t.Exception, TaskScheduler.Default);
        var moving = path.MoveAsync(Huge);
        await path.StalledAsync();
        path.Target.LingerState = new LingerOption(true, 0);
        path.Target.Dispose();

        await Assert.ThrowsAsync<SocketException>(() => moving.Within());
        Assert.Empty(HeldPipes.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Splice_ClosedHereWhileBytesAreUnderWay_Ends(bool isSource)
    {
        await using var path = await SplicePath.CreateAsync();
        _ = path.SendAsync(new byte[Huge], null).ContinueWith(t => t.Exception, TaskScheduler.Default);
        var moving = path.MoveAsync(Huge);
        await path.StalledAsync();
        (isSource ? path.From : path.To).Dispose();
        if (isSource)
        {
            // It waits for the target: what is under way still arrives.
            _ = path.ReceiveHashAsync(Huge).ContinueWith(t => t.Exception, TaskScheduler.Default);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => moving.Within());
        Assert.Empty(HeldPipes.Bytes);
    }

    [Fact]
    public async Task Splice_ClosedHereWhileNothingComes_Ends()
    {
        await using var path = await SplicePath.CreateAsync();
        var moving = path.MoveAsync(1);
        path.From.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => moving.Within());
    }

    [Fact]
    public async Task Splice_NoPipeIsLeft_CopiesExactly()
    {
        const int Size = 3_000_000;
        await using var path = await SplicePath.CreateAsync();
        var pipes = path.From.Loop.Pipes;
        var taken = new List<SplicePipe>();
        while (pipes.TryRent() is { } pipe)
        {
            taken.Add(pipe);
        }

        Assert.InRange(taken.Count, 16, 256);
        var bytes = new byte[Size];
        new Random(9).NextBytes(bytes);
        var sending = path.SendAsync(bytes, null);
        var receiving = path.ReceiveHashAsync(Size);
        Assert.Equal(Size, await path.MoveAsync(Size).Within());
        await sending.Within();
        Assert.Equal(SHA256.HashData(bytes), await receiving.Within());

        taken.ForEach(pipes.Return);
    }

    [Fact]
    public async Task Splice_AfterManyStreamsAtOnce_FewPipesAreKept()
    {
        var before = HeldPipes.Open;
        for (var round = 0; round < 2; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 24).Select(async n =>
            {
                await using var path = await SplicePath.CreateAsync();
                var bytes = new byte[1 << 20];
                new Random(n).NextBytes(bytes);
                var sending = path.SendAsync(bytes, new Random(n));
                var receiving = path.ReceiveHashAsync(bytes.Length);
                Assert.Equal(bytes.Length, await path.MoveAsync(bytes.Length).Within());
                await sending.Within();
                Assert.Equal(SHA256.HashData(bytes), await receiving.Within());
            }));
        }

        // Two ends each, a few for each loop. Other tests of this process have theirs for a while.
        await Wait.UntilAsync(
            () => HeldPipes.Open <= before + (2 * 4 * Environment.ProcessorCount), Wait.Patience,
            "the pipes to be closed");
    }
}
