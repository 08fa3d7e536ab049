using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Lays an automaton out as struct automaton and its arrays.</summary>
internal static class TableWriter
{
    public static byte[] Write(
        TransitionTable table, ByteClasses byteClasses, int start, int specials, IReadOnlyList<RuleClass> classes)
    {
        var alternatives = classes.SelectMany(c => c.Egress.Concat(c.Ingress)).ToArray();
        var header = new AutomatonHeader
        {
            Magic = AutomatonHeader.Magic1,
            Stride = (uint)table.Stride,
            Specials = (uint)specials,
            States = (uint)table.States,
            Start = (uint)start,
            ClassCount = (uint)classes.Count,
            AlternativeCount = (uint)alternatives.Length,
        };
        header.Outcomes = (uint)Unsafe.SizeOf<AutomatonHeader>();
        header.Classes = header.Outcomes + ((uint)specials * (uint)Unsafe.SizeOf<OutcomeRecord>());
        header.Alternatives = header.Classes + ((uint)classes.Count * (uint)Unsafe.SizeOf<ClassRecord>());
        header.Rows = header.Alternatives + ((uint)alternatives.Length * (uint)Unsafe.SizeOf<AlternativeRecord>());
        header.Size = header.Rows + (uint)(((table.States * table.Stride * 2) + 7) & ~7);
        byteClasses.ClassOf.CopyTo(header.ByteClass);

        var bytes = new byte[header.Size];
        MemoryMarshal.Write(bytes, header);
        var outcomes = MemoryMarshal.Cast<byte, OutcomeRecord>(bytes.AsSpan((int)header.Outcomes))[..specials];
        for (var state = 0; state < specials; state++)
        {
            var outcome = table.OutcomeOf(state)!.Value;
            outcomes[state] = new OutcomeRecord(outcome.Facts, outcome.Once, (uint)outcome.Event, outcome.Value);
        }

        WriteClasses(bytes, header, classes);
        var rows = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan((int)header.Rows));
        for (var state = 0; state < table.States; state++)
        {
            for (var column = 0; column < table.Stride; column++)
            {
                rows[(state * table.Stride) + column] = (ushort)table[state, column];
            }
        }

        return bytes;
    }

    private static void WriteClasses(byte[] bytes, in AutomatonHeader header, IReadOnlyList<RuleClass> classes)
    {
        var records = MemoryMarshal.Cast<byte, ClassRecord>(bytes.AsSpan((int)header.Classes));
        var alternatives = MemoryMarshal.Cast<byte, AlternativeRecord>(bytes.AsSpan((int)header.Alternatives));
        var next = 0u;
        for (var i = 0; i < classes.Count; i++)
        {
            var (egress, ingress) = (classes[i].Egress, classes[i].Ingress);
            records[i] = new ClassRecord(
                next, (uint)egress.Length, next + (uint)egress.Length, (uint)ingress.Length, classes[i].Method, 0);
            foreach (var alternative in egress.Concat(ingress))
            {
                alternatives[(int)next++] = new AlternativeRecord(alternative.Facts, alternative.Rule, 0);
            }
        }
    }
}
