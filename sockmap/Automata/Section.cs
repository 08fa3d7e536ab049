namespace Jumpgate.Sockmap.Automata;

/// <summary>One table of an automaton, with the classes of bytes it is written over.</summary>
internal sealed record Section(TransitionTable Table, ByteClasses Classes, int Start, int Specials, int Plains);
