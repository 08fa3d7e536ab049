namespace Jumpgate.Xds.Streams;

/// <summary>What is kept because a client has said it.</summary>
/// <param name="Names">How many names.</param>
/// <param name="Characters">Of the names, and of the versions said with them.</param>
internal readonly record struct Amount(int Names, long Characters)
{
    public static Amount operator -(Amount left, Amount right) =>
        new(left.Names - right.Names, left.Characters - right.Characters);

    public static Amount operator +(Amount left, Amount right) =>
        new(left.Names + right.Names, left.Characters + right.Characters);
}
