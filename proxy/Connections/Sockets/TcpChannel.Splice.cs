using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <content>Bytes that pass from one socket to another within the kernel.</content>
public sealed partial class TcpChannel
{
    /// <summary>Fewer bytes than this that are still to come are copied faster than moved.</summary>
    public const int LeastSpliced = 32 * 1024;

    private const int NoPipe = -2;
    private const int CopySize = 64 * 1024;

    /// <summary>A splice is as many turns as the reads that it stands for.</summary>
    private const int SpliceTurns = 4;

    /// <summary>
    /// Waits for something to read and moves what is there, at most <paramref name="most"/> bytes, to another channel;
    /// complete when all of it has been taken by its socket. Neither of the two may have joined a sockmap: what waits
    /// in such a socket's queue is not seen. Where there is no pipe to move them through, bytes are copied as ever.
    /// </summary>
    /// <returns>Bytes moved; 0: the end.</returns>
    public ValueTask<int> SpliceAsync(TcpChannel to, long most)
    {
        ArgumentNullException.ThrowIfNull(to);
        var count = TrySplice(to, most, out var rest);
        return count < 0 || rest is not null ? SpliceLaterAsync(to, most, count, rest) : new ValueTask<int>(count);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> SpliceLaterAsync(TcpChannel to, long most, int count, SplicePipe? rest)
    {
        while (true)
        {
            if (rest is not null)
            {
                await to.DrainAsync(rest, _loop.Pipes);
                return count;
            }

            switch (count)
            {
                case WouldBlock:
                    await WaitReadableAsync();
                    break;
                case NoPipe:
                    return await CopyAsync(to, most);
                default:
                    return count;
            }

            count = TrySplice(to, most, out rest);
        }
    }

    /// <param name="to">Where it goes.</param>
    /// <param name="most">Bytes.</param>
    /// <param name="rest">Holds what the other socket does not take now; null: nothing.</param>
    /// <returns>Bytes, 0 at the end, <see cref="WouldBlock"/>, or <see cref="NoPipe"/>.</returns>
    private int TrySplice(TcpChannel to, long most, out SplicePipe? rest)
    {
        rest = null;
        if (!MayRead)
        {
            return WouldBlock;
        }

        if (_loop.Pipes.TryRent() is not { } pipe)
        {
            return NoPipe;
        }

        try
        {
            var count = TryFill(pipe, most);
            if (count > 0 && !to.TryDrain(pipe, count == SplicePipe.Capacity && count < most))
            {
                rest = pipe;
            }

            return count;
        }
        finally
        {
            if (rest is null)
            {
                _loop.Pipes.Return(pipe);
            }
        }
    }

    private int TryFill(SplicePipe pipe, long most)
    {
        var limit = (int)Math.Min(most, SplicePipe.Capacity);
        while (true)
        {
            _read.Clear();
            var count = pipe.Fill(_handle, limit);
            if (count >= 0)
            {
                // A short one says nothing: the pipe may have had no more room.
                _read.Set();
                _turns = Math.Min(_turns + SpliceTurns, MaxTurns);
                return count;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.Interrupted:
                    continue;
                case Errno.WouldBlock:
                    return WouldBlock;
                default:
                    _read.Set();
                    throw Errno.LastError();
            }
        }
    }

    /// <summary>False where the socket does not take all of it now.</summary>
    private bool TryDrain(SplicePipe pipe, bool more)
    {
        while (pipe.Held > 0)
        {
            var count = pipe.Drain(_handle, more);
            if (count > 0)
            {
                continue;
            }

            // Nothing taken and no error is never said: rather an exception than a loop without an end.
            if (!MayTrySendAgain(count == 0 ? 0 : Marshal.GetLastPInvokeError()))
            {
                return false;
            }
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DrainAsync(SplicePipe pipe, SplicePipes home)
    {
        try
        {
            do
            {
                await WaitWritableAsync();
            }
            while (!TryDrain(pipe, more: false));
        }
        finally
        {
            home.Return(pipe);
        }
    }

    private async ValueTask<int> CopyAsync(TcpChannel to, long most)
    {
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
            try
            {
                if (TryReceive(buffer.AsSpan(0, (int)Math.Min(most, CopySize))) is var count and not WouldBlock)
                {
                    await to.SendAsync(buffer.AsMemory(0, count));
                    return count;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            await WaitReadableAsync();
        }
    }
}
