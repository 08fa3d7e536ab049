using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Sockmap.Automata;

/// <summary>struct automaton_section.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SectionHeader
{
    public uint Start;
    public uint Stride;
    public uint Specials;
    public uint States;
    public uint Outcomes;
    public uint Rows;
    public uint Next;
    public uint Zero;
    public uint Plains;
    public uint Pad;
    public ByteClassTable ByteClass;
}

/// <summary>struct automaton.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AutomatonHeader
{
    public const uint Magic2 = 0x4a474132;
    public const int CountersOffset = 24;

    public uint Magic;
    public uint Size;
    public uint Classes;
    public uint ClassCount;
    public uint Alternatives;
    public uint AlternativeCount;
    public uint Counters;
    public uint Pad;
    public SectionHeader First;
}

/// <summary>The class of each byte.</summary>
[InlineArray(256)]
internal struct ByteClassTable
{
    private byte _first;
}

/// <summary>struct automaton_outcome.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct OutcomeRecord(ulong Facts, ulong Once, uint Event, uint Value);

/// <summary>struct automaton_class.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ClassRecord(
    uint Egress, uint EgressCount, uint Ingress, uint IngressCount, uint Method, uint Pad);

/// <summary>struct automaton_alternative.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AlternativeRecord(ulong Facts, uint Rule, uint Pad);
