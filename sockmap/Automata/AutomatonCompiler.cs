using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Compiles rules to the table that the kernel walks (bpf/include/automaton.h).</summary>
public static class AutomatonCompiler
{
    private const int MaxStates = 65536;
    private const int ExploreLimit = 400_000;

    /// <summary>
    /// States that do not fit are left out, those behind the longest beginnings first: the kernel does not know what is
    /// behind them.
    /// </summary>
    /// <param name="sizeLimit">Bytes.</param>
    public static CompiledRules Compile(HeadRules rules, int sizeLimit)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var facts = new FactTable();
        var pool = new RulePool(rules, facts);
        var line = new RequestLineMachine(pool);
        var fields = new FieldMachine(facts);
        var undecidable = pool.Undecidable().ToImmutableArray();
        if (!line.IsComplete || !fields.IsComplete)
        {
            return new CompiledRules(null, "its expressions are too large for the kernel", undecidable);
        }

        var tail = Fit(fields, sizeLimit / 2, out var fieldsCut);
        var head = Fit(line, sizeLimit - TableWriter.SizeOf(tail), out var lineCut);
        if (line.RuleClasses.Count == 0)
        {
            return new CompiledRules(
                null, undecidable.IsEmpty ? "no request is allowed" : undecidable[0].Reason, undecidable);
        }

        return new CompiledRules(TableWriter.Write([head, tail], line.RuleClasses), lineCut ?? fieldsCut, undecidable);
    }

    /// <summary>The automaton that frames responses.</summary>
    public static ImmutableArray<byte> CompileResponses() =>
        [.. TableWriter.Write([Fit(new ResponseMachine(), int.MaxValue, out _)], [])];

    private static Section Fit<TState>(IByteMachine<TState> machine, int sizeLimit, out string? cut)
        where TState : notnull
    {
        cut = null;
        var room = Math.Min(MaxStates, sizeLimit / (machine.Classes.Representatives.Length * sizeof(ushort)));
        var section = Build(machine, ExploreLimit, out var isWhole);
        if (section.Table.States > room || !isWhole)
        {
            section = Build(machine, room, out _);
            cut = "its automaton is too large for the kernel: long paths are left to the proxy";
        }

        return section;
    }

    private static Section Build<TState>(IByteMachine<TState> machine, int stateLimit, out bool isWhole)
        where TState : notnull
    {
        var table = TransitionTable.Explore(machine, stateLimit, out var start, out isWhole)
            .Minimize(ref start).InOrderOfWalk(machine.Classes, ref start, out var specials, out var plains);
        return new Section(table, machine.Classes, start, specials, plains);
    }
}
