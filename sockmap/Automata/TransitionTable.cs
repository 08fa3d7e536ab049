namespace Jumpgate.Sockmap.Automata;

/// <summary>A numbered automaton: row-major transitions over byte classes; state 0 is "don't know".</summary>
internal sealed class TransitionTable(int stride, List<int> next, List<Outcome?> outcomes)
{
    public int Stride { get; } = stride;

    public int States => outcomes.Count;

    public int this[int state, int column] => next[(state * Stride) + column];

    public Outcome? OutcomeOf(int state) => outcomes[state];

    /// <summary>Every state that can be reached, numbered; null where there are more than <paramref name="limit"/>.</summary>
    /// <param name="start">The number of the first state.</param>
    public static TransitionTable? Explore<TState>(IByteMachine<TState> machine, int limit, out int start)
        where TState : notnull
    {
        var states = new Interner<TState>();
        states.Add(machine.Dead);
        start = states.Add(machine.Start);
        var representatives = machine.Classes.Representatives;
        var next = new List<int>();
        var outcomes = new List<Outcome?>();
        for (var number = 0; number < states.Count; number++)
        {
            if (number == limit)
            {
                return null;
            }

            var state = states[number];
            outcomes.Add(machine.OutcomeOf(state));
            foreach (var value in representatives)
            {
                next.Add(states.Add(machine.Next(state, value)));
            }
        }

        return new TransitionTable(representatives.Length, next, outcomes);
    }

    /// <summary>Joins states that no input tells apart (Moore's refinement).</summary>
    public TransitionTable Minimize(ref int start)
    {
        var block = new int[States];
        var count = Number(state => new Signature([], outcomes[state], 0), block);
        while (true)
        {
            var finer = new int[States];
            var finerCount = Number(state => new Signature(Row(state, block), outcomes[state], block[state]), finer);
            block = finer;
            if (finerCount == count)
            {
                break;
            }

            count = finerCount;
        }

        var leader = new int[count];
        for (var state = States - 1; state >= 0; state--)
        {
            leader[block[state]] = state;
        }

        start = block[start];
        return new TransitionTable(
            Stride, [.. leader.SelectMany(state => Row(state, block))], [.. leader.Select(state => outcomes[state])]);
    }

    /// <summary>Puts the states that mean something first, behind "don't know".</summary>
    public TransitionTable SpecialsFirst(ref int start, out int specials)
    {
        var order = Enumerable.Range(0, States).OrderBy(state => state == 0 ? 0 : outcomes[state] is null ? 2 : 1).ToArray();
        specials = order.Count(state => outcomes[state] is not null);
        var number = new int[States];
        for (var i = 0; i < order.Length; i++)
        {
            number[order[i]] = i;
        }

        start = number[start];
        return new TransitionTable(
            Stride, [.. order.SelectMany(state => Row(state, number))], [.. order.Select(state => outcomes[state])]);
    }

    private int[] Row(int state, int[] names)
    {
        var row = new int[Stride];
        for (var column = 0; column < Stride; column++)
        {
            row[column] = names[next[(state * Stride) + column]];
        }

        return row;
    }

    /// <summary>Numbers states by signature, in the order of their first member, so that state 0 stays 0.</summary>
    private int Number(Func<int, Signature> signature, int[] block)
    {
        var names = new Dictionary<Signature, int>();
        for (var state = 0; state < States; state++)
        {
            var key = signature(state);
            if (!names.TryGetValue(key, out block[state]))
            {
                names.Add(key, block[state] = names.Count);
            }
        }

        return names.Count;
    }

    private readonly record struct Signature(int[] Row, Outcome? Outcome, int Block)
    {
        public bool Equals(Signature other) =>
            Block == other.Block && Outcome == other.Outcome && Row.AsSpan().SequenceEqual(other.Row);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Row.AsSpan()));
            hash.Add(Block);
            hash.Add(Outcome);
            return hash.ToHashCode();
        }
    }
}
