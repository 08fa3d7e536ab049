using System.Runtime.InteropServices;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>What a wrong compiler could have written.</summary>
internal static class TableDefects
{
    public static void Plant(byte[] table, string defect)
    {
        ref readonly var header = ref MemoryMarshal.AsRef<AutomatonHeader>(table);
        var outcomes = MemoryMarshal.Cast<byte, OutcomeRecord>(table.AsSpan((int)header.Outcomes))[..(int)header.Specials];
        var alternatives = MemoryMarshal.Cast<byte, AlternativeRecord>(
            table.AsSpan((int)header.Alternatives))[..(int)header.AlternativeCount];
        var rows = MemoryMarshal.Cast<byte, ushort>(table.AsSpan((int)header.Rows))[..(int)(header.States * header.Stride)];
        switch (defect)
        {
            case "once":
                foreach (ref var outcome in outcomes)
                {
                    outcome = outcome with { Once = 0 };
                }

                break;
            case "facts":
                foreach (ref var outcome in outcomes)
                {
                    outcome = outcome with { Facts = outcome.Facts == 0 ? 0 : ulong.MaxValue, Once = 0 };
                }

                break;
            case "edges":
                // The last state that is left for "don't know" stays where it is instead.
                for (var i = rows.Length - 1; i >= 0; i--)
                {
                    var state = (ushort)(i / header.Stride);
                    if (rows[i] == 0 && state >= header.Specials)
                    {
                        rows[i] = state;
                    }
                }

                break;
            case "alternatives":
                foreach (ref var alternative in alternatives)
                {
                    alternative = alternative with { Facts = 0 };
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(defect), defect, "no such defect");
        }
    }
}
