using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>Tells of refusals: for each sender and reason at once, then once in a while with how many there were
/// meanwhile.</summary>
internal sealed class RefusalLog(TimeProvider time, ILogger logger)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Sender, string Reason), Entry> _entries = new();

    /// <param name="sender">A workload's name: senders that are none count as one, so that nothing grows with
    /// addresses.</param>
    /// <param name="reason">One of an enum's.</param>
    public void Add(string sender, string reason, string what)
    {
        var entry = _entries.GetOrAdd((sender, reason), static _ => new Entry());
        lock (entry)
        {
            if (entry.IsTold && time.GetElapsedTime(entry.Told) < Pause)
            {
                entry.Silent++;
                return;
            }

            logger.SidecarRefused(what, entry.Silent);
            (entry.IsTold, entry.Told, entry.Silent) = (true, time.GetTimestamp(), 0);
        }
    }

    private sealed class Entry
    {
        public bool IsTold { get; set; }

        public long Told { get; set; }

        public int Silent { get; set; }
    }
}
