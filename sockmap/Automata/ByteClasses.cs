namespace Jumpgate.Sockmap.Automata;

/// <summary>Bytes that no set tells apart share a column of the table.</summary>
internal sealed class ByteClasses
{
    private readonly byte[] _classOf = new byte[256];

    public ByteClasses(IEnumerable<ByteSet> sets)
    {
        var count = 1;
        foreach (var set in sets.Distinct())
        {
            var renamed = new Dictionary<(byte, bool), byte>();
            for (var value = 0; value < 256; value++)
            {
                var key = (_classOf[value], set.Contains((byte)value));
                if (!renamed.TryGetValue(key, out var name))
                {
                    name = (byte)renamed.Count;
                    renamed.Add(key, name);
                }

                _classOf[value] = name;
            }

            count = renamed.Count;
        }

        Representatives = new byte[count];
        for (var value = 255; value >= 0; value--)
        {
            Representatives[_classOf[value]] = (byte)value;
        }
    }

    public ReadOnlySpan<byte> ClassOf => _classOf;

    /// <summary>One byte of each class.</summary>
    public byte[] Representatives { get; }
}
