using System.Net;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// Lets pairs leave that the kernel wants to have left: once both ends' queues have been read it makes them ordinary
/// sockets and has their readers look again. What a former agent has not come to is in the kernel's map.
/// </summary>
internal sealed class DirectPairs(LaneDatapath datapath, NetworkNamespace node, ILogger logger)
{
    /// <summary>Far below what the kernel takes for "nobody is here".</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(100);

    private TaskCompletionSource _wake = NewWake();
    private volatile IReadOnlyDictionary<IPAddress, string> _namespaces = new Dictionary<IPAddress, string>();
    private volatile IReadOnlyDictionary<ulong, string> _cookies = new Dictionary<ulong, string>();

    public DirectDatapath Datapath => datapath.Direct;

    /// <summary>Where the sockets of an address are, and what the namespace with a cookie is called.</summary>
    public void SetNamespaces(IReadOnlyDictionary<IPAddress, string> names, IReadOnlyDictionary<ulong, string> cookies)
    {
        _namespaces = names;
        _cookies = cookies;
    }

    /// <summary>A pair has begun to leave.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = Idle;
        var failure = default(string);
        while (!stopping.IsCancellationRequested)
        {
            var rest = Task.Delay(pause, stopping);
            if (await Task.WhenAny(_wake.Task, rest) != rest)
            {
                Volatile.Write(ref _wake, NewWake());
                pause = Soon;
            }

            try
            {
                pause = Look(pause);
            }
            catch (Exception e) when (e is DatapathException or NetlinkException)
            {
                // Tried again, told once.
                pause = Idle;
                if (failure != e.Message)
                {
                    failure = e.Message;
                    logger.DirectPairsFailed(failure);
                }
            }
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>When to look again.</returns>
    private TimeSpan Look(TimeSpan pause)
    {
        datapath.Attend();
        var leaving = datapath.Direct.ReadLeaving();
        var ready = leaving.Where(key => datapath.Direct.CanLeave(key)).ToList();
        Leave(ready);
        return leaving.Count == ready.Count ? Idle
            : ready.Count > 0 || pause == Idle ? Soon
            : pause < Late ? pause * 2
            : Late;
    }

    private void Leave(List<PairKey> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        var left = new List<(string Namespace, ulong Cookie)>();
        foreach (var key in pairs)
        {
            var cookies = datapath.Direct.Leave(key);
            foreach (var name in NamespacesOf(key))
            {
                left.AddRange(cookies.Select(cookie => (name, cookie)));
            }
        }

        foreach (var sockets in left.GroupBy(socket => socket.Namespace, socket => socket.Cookie))
        {
            using var netns = node.Run(() => NetworkNamespace.TryOpen(sockets.Key, out _));
            netns?.Run(() => datapath.Direct.Wake([.. sockets]));
        }

        pairs.ForEach(key => datapath.Direct.Forget(key));
    }

    private IEnumerable<string> NamespacesOf(PairKey key) => key.Netns != 0
        ? _cookies.TryGetValue(key.Netns, out var own) ? [own] : []
        : new[] { key.Source.ToIPAddress(), key.Destination.ToIPAddress() }
            .Select(address => _namespaces.GetValueOrDefault(address)).OfType<string>().Distinct();
}
