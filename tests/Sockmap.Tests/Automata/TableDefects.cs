using System.Runtime.InteropServices;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>What a wrong compiler could have written.</summary>
internal static class TableDefects
{
    public static void Plant(byte[] table, string defect)
    {
        ref readonly var header = ref MemoryMarshal.AsRef<AutomatonHeader>(table);
        var alternatives = MemoryMarshal.Cast<byte, AlternativeRecord>(
            table.AsSpan((int)header.Alternatives))[..(int)header.AlternativeCount];
        PlantIn(table, header.First, alternatives, defect);
        if (header.First.Next != 0)
        {
            PlantIn(table, MemoryMarshal.AsRef<SectionHeader>(table.AsSpan((int)header.First.Next)), alternatives, defect);
        }
    }

    private static void PlantIn(
        byte[] table, in SectionHeader section, Span<AlternativeRecord> alternatives, string defect)
    {
        var outcomes = MemoryMarshal.Cast<byte, OutcomeRecord>(
            table.AsSpan((int)section.Outcomes))[..(int)section.Specials];
        var rows = MemoryMarshal.Cast<byte, ushort>(
            table.AsSpan((int)section.Rows))[..(int)(section.States * section.Stride)];
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
                    var state = (ushort)(i / section.Stride);
                    if (rows[i] == 0 && state >= section.Specials)
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
