using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Sockmap.Automata;

/// <summary>struct automaton.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AutomatonHeader
{
    public const uint Magic1 = 0x4a474131;

    public uint Magic;
    public uint Size;
    public uint Stride;
    public uint Specials;
    public uint States;
    public uint Start;
    public uint Outcomes;
    public uint Classes;
    public uint Alternatives;
    public uint Rows;
    public uint ClassCount;
    public uint AlternativeCount;
    public ByteClassTable ByteClass;
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
