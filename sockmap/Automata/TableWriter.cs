using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Lays an automaton out as struct automaton and its arrays.</summary>
internal static class TableWriter
{
    public static byte[] Write(IReadOnlyList<Section> sections, IReadOnlyList<RuleClass> classes)
    {
        var alternatives = classes.SelectMany(c => c.Egress.Concat(c.Ingress)).ToArray();
        var header = new AutomatonHeader
        {
            Magic = AutomatonHeader.Magic2,
            ClassCount = (uint)classes.Count,
            AlternativeCount = (uint)alternatives.Length,
            Counters = Alternative.NoRule,
        };
        // The first section's header is the end of the automaton's own.
        var size = Unsafe.SizeOf<AutomatonHeader>() - Unsafe.SizeOf<SectionHeader>();
        var offsets = new int[sections.Count];
        for (var i = 0; i < sections.Count; i++)
        {
            offsets[i] = size;
            size += SizeOf(sections[i]);
        }

        header.Classes = (uint)size;
        size += classes.Count * Unsafe.SizeOf<ClassRecord>();
        header.Alternatives = (uint)size;
        size += alternatives.Length * Unsafe.SizeOf<AlternativeRecord>();
        header.Size = (uint)size;

        var bytes = new byte[size];
        MemoryMarshal.Write(bytes, header);
        for (var i = 0; i < sections.Count; i++)
        {
            WriteSection(bytes, offsets[i], sections[i], i + 1 < sections.Count ? offsets[i + 1] : 0);
        }

        WriteClasses(bytes, header, classes);
        return bytes;
    }

    /// <summary>Bytes of a section.</summary>
    public static int SizeOf(Section section) => Unsafe.SizeOf<SectionHeader>()
        + (section.Specials * Unsafe.SizeOf<OutcomeRecord>())
        + (((section.Table.States * section.Table.Stride * sizeof(ushort)) + 7) & ~7);

    private static void WriteSection(byte[] bytes, int offset, Section section, int next)
    {
        var table = section.Table;
        var header = new SectionHeader
        {
            Start = (uint)section.Start,
            Stride = (uint)table.Stride,
            Specials = (uint)section.Specials,
            States = (uint)table.States,
            Outcomes = (uint)(offset + Unsafe.SizeOf<SectionHeader>()),
            Next = (uint)next,
            Plains = (uint)section.Plains,
        };
        header.Rows = header.Outcomes + (header.Specials * (uint)Unsafe.SizeOf<OutcomeRecord>());
        section.Classes.ClassOf.CopyTo(header.ByteClass);
        MemoryMarshal.Write(bytes.AsSpan(offset), header);
        var outcomes = MemoryMarshal.Cast<byte, OutcomeRecord>(bytes.AsSpan((int)header.Outcomes));
        for (var state = 0; state < section.Specials; state++)
        {
            var outcome = table.OutcomeOf(state)!.Value;
            outcomes[state] = new OutcomeRecord(outcome.Facts, outcome.Once, (uint)outcome.Event, outcome.Value);
        }

        var rows = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan((int)header.Rows));
        for (var state = 0; state < table.States; state++)
        {
            for (var column = 0; column < table.Stride; column++)
            {
                rows[(state * table.Stride) + column] = (ushort)table[state, column];
            }
        }
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
