namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// Chance that repeats: the same throws for the same seed, connection and sequence, at either end (SplitMix64).
/// </summary>
internal struct Dice
{
    private ulong _state;

    public Dice(ulong seed, long connection, int sequence, uint salt)
    {
        _state = seed;
        foreach (var part in (ReadOnlySpan<ulong>)[(ulong)connection, (ulong)sequence, salt])
        {
            _state = Next() ^ (part * 0xD6E8FEB86659FD93);
        }
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>
    /// 1 to 256 KB, each power of two as likely as the other: small ones often, large ones sometimes.
    /// </summary>
    public int Size() => 1 + Below(1 << (1 + Below(18)));
}
