using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Compiles rules to the table that the kernel walks (bpf/include/automaton.h).</summary>
public static class AutomatonCompiler
{
    private const int MaxStates = 65536;
    private const int ExploreLimit = 400_000;

    /// <param name="sizeLimit">Bytes.</param>
    public static CompiledRules Compile(HeadRules rules, int sizeLimit)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var machine = new HeadMachine(rules);
        var undecidable = machine.Undecidable.ToImmutableArray();
        if (!machine.IsComplete)
        {
            return new CompiledRules(null, "its expressions are too large for the kernel", undecidable);
        }

        var table = Write(machine, () => machine.RuleClasses, sizeLimit, out var reason);
        if (table is not null && machine.RuleClasses.Count == 0)
        {
            return new CompiledRules(
                null, undecidable.IsEmpty ? "no request is allowed" : undecidable[0].Reason, undecidable);
        }

        return new CompiledRules(table, reason, undecidable);
    }

    /// <summary>The automaton that frames responses.</summary>
    public static ImmutableArray<byte> CompileResponses() =>
        [.. Write(new ResponseMachine(), () => [], int.MaxValue, out _)!];

    private static byte[]? Write<TState>(
        IByteMachine<TState> machine, Func<IReadOnlyList<RuleClass>> classes, int sizeLimit, out string? reason)
        where TState : notnull
    {
        reason = null;
        var explored = TransitionTable.Explore(machine, ExploreLimit, out var start);
        if (explored is null)
        {
            reason = $"its automaton has more than {ExploreLimit} states";
            return null;
        }

        var table = explored.Minimize(ref start).SpecialsFirst(ref start, out var specials);
        if (table.States > MaxStates)
        {
            reason = $"its automaton has {table.States} states, {MaxStates} are allowed";
            return null;
        }

        var bytes = TableWriter.Write(table, machine.Classes, start, specials, classes());
        if (bytes.Length > sizeLimit)
        {
            reason = $"its automaton takes {bytes.Length} bytes, {sizeLimit} are allowed";
            return null;
        }

        return bytes;
    }
}
