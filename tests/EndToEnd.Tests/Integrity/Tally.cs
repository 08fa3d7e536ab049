using System.Collections.Concurrent;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>What one end has counted. Thread-safe.</summary>
internal sealed class Tally
{
    private readonly ConcurrentQueue<string> _wrongs = new();
    private long _pairs;
    private long _bytes;
    private long _broken;

    /// <summary>Requests with their whole answers.</summary>
    public long Pairs => Interlocked.Read(ref _pairs);

    /// <summary>Of bodies, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Connections that ended before they should.</summary>
    public long Broken => Interlocked.Read(ref _broken);

    public IReadOnlyCollection<string> Wrongs => _wrongs;

    public string? FirstBreak { get; private set; }

    public void AddPair(long bytes)
    {
        Interlocked.Increment(ref _pairs);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void AddBroken(string what)
    {
        Interlocked.Increment(ref _broken);
        FirstBreak ??= what;
    }

    public void AddWrong(string what) => _wrongs.Enqueue(what);
}
