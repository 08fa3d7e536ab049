using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// Sends planned requests on many connections, one after the other or several at once, and compares each answer.
/// </summary>
/// <param name="targets">Where connections go, in turn; on port 80 some requests are forbidden.</param>
internal sealed class IntegrityClient(
    ulong seed, Func<Func<Socket>, Socket> inNamespace, IReadOnlyList<IPEndPoint> targets)
{

    private long _connections;
    private long _left;

    public Tally Tally { get; } = new();

    /// <summary>Requests sent before the first of them is answered.</summary>
    public int MaxDepth { get; init; } = 21;

    /// <summary>First number of a connection: other clients of the same server have others.</summary>
    public long FirstConnection { init => _connections = value; }

    public async Task RunAsync(int workers, long pairs, CancellationToken cancel = default)
    {
        _left = pairs;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Read(ref _left) > 0 && Tally.Wrongs.Count == 0 && !cancel.IsCancellationRequested)
            {
                await ConnectAndAskAsync(Interlocked.Increment(ref _connections), cancel);
            }
        })));
    }

    private async Task ConnectAndAskAsync(long number, CancellationToken cancel)
    {
        var target = targets[(int)(number % targets.Count)];
        using var socket = inNamespace(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        socket.NoDelay = true;
        var connection = new ClientConnection(seed, number, socket, mayForbid: target.Port == 80, Tally);
        var name = string.Create(CultureInfo.InvariantCulture, $"client: seed {seed}, connection {number} to {target}");
        try
        {
            await socket.ConnectAsync(target, cancel).AsTask().WaitAsync(Wait.Patience, cancel);
            var dice = new Dice(seed, number, 0, 4);
            for (var batches = 1 + dice.Below(200); batches > 0 && !cancel.IsCancellationRequested; batches--)
            {
                var depth = Math.Min(dice.Chance(20) ? 2 + dice.Below(20) : 1, MaxDepth);
                var isLast = batches == 1 || Interlocked.Add(ref _left, -depth) <= 0;
                await connection.AskAsync(depth, isLast, dice).WaitAsync(Wait.Patience, CancellationToken.None);
                dice.Next();
                if (isLast)
                {
                    return;
                }
            }
        }
        catch (IntegrityException e)
        {
            Tally.AddWrong($"{name}, {connection}: {e.Message}");
        }
        catch (TimeoutException)
        {
            Tally.AddWrong($"{name}, {connection}: nothing for {Wait.Patience.TotalSeconds} s");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            Tally.AddBroken($"{name}, {connection}: {e.Message}");
            // Its successor waits a moment: who is gone is not back at once.
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
