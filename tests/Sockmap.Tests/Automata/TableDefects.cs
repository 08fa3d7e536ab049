using System.Runtime.InteropServices;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>What a wrong compiler could have written.</summary>
internal static class TableDefects
{
    public static void Plant(byte[] table, string defect)
    {
        ref var header = ref MemoryMarshal.AsRef<AutomatonHeader>(table.AsSpan());
        var alternatives = MemoryMarshal.Cast<byte, AlternativeRecord>(
            table.AsSpan((int)header.Alternatives))[..(int)header.AlternativeCount];
        PlantIn(table, ref header.First, alternatives, defect);
        if (header.First.Next != 0)
        {
            PlantIn(
                table, ref MemoryMarshal.AsRef<SectionHeader>(table.AsSpan((int)header.First.Next)),
                alternatives, defect);
        }
    }

    private static void PlantIn(
        byte[] table, ref SectionHeader section, Span<AlternativeRecord> alternatives, string defect)
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
            case "plains":
                // The states where a header has the value that a rule asks for are taken for ones that no further byte
                // changes.
                for (var state = section.Specials + section.Plains; state < section.States; state++)
                {
                    if (Fulfils(section, outcomes, rows, state))
                    {
                        Swap(rows, section, state, section.Specials + section.Plains++);
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

    /// <summary>True where the line's end would fulfil a condition.</summary>
    private static bool Fulfils(
        in SectionHeader section, ReadOnlySpan<OutcomeRecord> outcomes, ReadOnlySpan<ushort> rows, uint state)
    {
        var feed = rows[(int)((state * section.Stride) + section.ByteClass['\r'])];
        var ended = rows[(int)((feed * section.Stride) + section.ByteClass['\n'])];
        return ended < section.Specials && outcomes[ended].Facts >> Outcome.FirstCondition != 0;
    }

    private static void Swap(Span<ushort> rows, in SectionHeader section, uint one, uint other)
    {
        for (var column = 0; column < section.Stride; column++)
        {
            ref var first = ref rows[(int)((one * section.Stride) + column)];
            ref var second = ref rows[(int)((other * section.Stride) + column)];
            (first, second) = (second, first);
        }

        foreach (ref var next in rows)
        {
            next = next == one ? (ushort)other : next == other ? (ushort)one : next;
        }
    }
}
