using Jumpgate.Bpf;
using Jumpgate.Http.Connections;

namespace Jumpgate.Agent.Lanes;

/// <summary>Lets some bytes wait in a joined socket's queue; past that, waits until all of them have been read.</summary>
internal sealed class QueuePacer(LaneDatapath datapath, PairEnd reader, CancellationToken aborted) : ISendPacer
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
        while (!datapath.IsRead(reader) && !aborted.IsCancellationRequested)
        {
            await Task.Delay(Poll, CancellationToken.None);
        }

        _unread = bytes;
    }
}
