namespace Jumpgate.Sockmap.Automata;

/// <summary>A set of bytes.</summary>
public readonly record struct ByteSet
{
    private readonly ulong _0;
    private readonly ulong _1;
    private readonly ulong _2;
    private readonly ulong _3;

    private ByteSet(ulong w0, ulong w1, ulong w2, ulong w3) => (_0, _1, _2, _3) = (w0, w1, w2, w3);

    public static ByteSet Of(byte value) => Range(value, value);

    /// <summary>Both ends are members.</summary>
    public static ByteSet Range(byte first, byte last)
    {
        Span<ulong> words = stackalloc ulong[4];
        for (int value = first; value <= last; value++)
        {
            words[value >> 6] |= 1UL << (value & 63);
        }

        return new(words[0], words[1], words[2], words[3]);
    }

    public static ByteSet Of(ReadOnlySpan<byte> members)
    {
        var set = default(ByteSet);
        foreach (var member in members)
        {
            set |= Of(member);
        }

        return set;
    }

    public static ByteSet operator |(ByteSet left, ByteSet right) =>
        new(left._0 | right._0, left._1 | right._1, left._2 | right._2, left._3 | right._3);

    public static ByteSet operator &(ByteSet left, ByteSet right) =>
        new(left._0 & right._0, left._1 & right._1, left._2 & right._2, left._3 & right._3);

    public static ByteSet operator ~(ByteSet set) => new(~set._0, ~set._1, ~set._2, ~set._3);

    public static ByteSet BitwiseOr(ByteSet left, ByteSet right) => left | right;

    public static ByteSet BitwiseAnd(ByteSet left, ByteSet right) => left & right;

    public static ByteSet OnesComplement(ByteSet set) => ~set;

    public bool Contains(byte value) =>
        ((value >> 6) switch { 0 => _0, 1 => _1, 2 => _2, _ => _3 } >> (value & 63) & 1) != 0;
}
