using System.Runtime.InteropServices;
using Jumpgate.Bpf;
using Jumpgate.Http.Connections;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// Lets some bytes wait in a joined socket's queue; past that, waits until there is room again. Where the kernel does
/// not count them, until all have been read.
/// </summary>
internal sealed class QueuePacer(LaneDatapath datapath, SafeHandle socket, PairEnd reader) : ISendPacer
{
    private const int Limit = 1024 * 1024;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private int _unread;

    public int PieceSize => 64 * 1024;

    public ValueTask WaitAsync(int bytes)
    {
        _unread += bytes;
        return _unread <= Limit ? default : WaitUntilReadAsync(bytes);
    }

    private async ValueTask WaitUntilReadAsync(int bytes)
    {
        // A socket of ours that was closed meanwhile says so in the send that follows.
        var waiting = 0u;
        while (!socket.IsClosed && (waiting = datapath.Unread(reader)) + (long)bytes > Limit && waiting > 0)
        {
            await Task.Delay(Poll, CancellationToken.None);
        }

        _unread = (int)waiting + bytes;
    }
}
