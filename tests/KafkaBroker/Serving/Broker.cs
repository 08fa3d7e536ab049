using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Jumpgate.KafkaBroker.Answers;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>One broker of a cluster: a listening socket, given from whatever namespace it is to be in.</summary>
public sealed class Broker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, Socket> _connections = [];
    private readonly Socket _listener;
    private readonly Cluster _cluster;
    private readonly Answerer _answerer;
    private readonly Task _accepting;

    private Broker(Cluster cluster, Node node, Socket listener)
    {
        (_cluster, Node, _listener, _answerer) = (cluster, node, listener, new Answerer(cluster));
        cluster.Add(node);
        _accepting = AcceptAsync();
    }

    public Node Node { get; }

    /// <summary>Adds a broker to a cluster.</summary>
    /// <param name="listener">Bound and listening; owned from now on.</param>
    /// <param name="advertised">Where clients are told to find it.</param>
    public static Broker Start(Cluster cluster, int id, Socket listener, IPEndPoint advertised)
    {
        ArgumentNullException.ThrowIfNull(advertised);
        return new Broker(cluster, new Node(id, advertised.Address.ToString(), advertised.Port), listener);
    }

    /// <summary>
    /// Closes all connections with a reset, as a broker that dies; what it led is led by the others then.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _cluster.Remove(Node);
        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (var socket in _connections.Values)
        {
            socket.Close(0);
        }

        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                var serving = new Connection(_cluster, Node, _answerer, socket).ServeAsync(_stop.Token);
                _connections.TryAdd(serving, socket);
                _ = serving.ContinueWith(
                    task => _connections.TryRemove(task, out _), CancellationToken.None, TaskContinuationOptions.None,
                    TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                continue;
            }
        }
    }
}
