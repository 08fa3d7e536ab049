namespace Jumpgate.Sockmap.Automata;

/// <summary>A numbered automaton: row-major transitions over byte classes; state 0 is "don't know".</summary>
internal sealed class TransitionTable(int stride, List<int> next, List<Outcome?> outcomes)
{
    public int Stride { get; } = stride;

    public int States => outcomes.Count;

    public int this[int state, int column] => next[(state * Stride) + column];

    public Outcome? OutcomeOf(int state) => outcomes[state];

    /// <summary>Every state that can be reached, numbered by distance from the start; past <paramref name="limit"/>
    /// they are all "don't know".</summary>
    /// <param name="start">The number of the first state.</param>
    /// <param name="isWhole">False where states were left out.</param>
    public static TransitionTable Explore<TState>(
        IByteMachine<TState> machine, int limit, out int start, out bool isWhole)
        where TState : notnull
    {
        var states = new Interner<TState>();
        states.Add(machine.Dead);
        start = states.Add(machine.Start);
        isWhole = true;
        var representatives = machine.Classes.Representatives;
        var next = new List<int>();
        var outcomes = new List<Outcome?>();
        for (var number = 0; number < states.Count; number++)
        {
            var state = states[number];
            outcomes.Add(machine.OutcomeOf(state));
            foreach (var value in representatives)
            {
                var reached = machine.Next(state, value);
                var isKnown = states.Count < limit || states.Contains(reached);
                isWhole &= isKnown;
                next.Add(isKnown ? states.Add(reached) : 0);
            }
        }

        return new TransitionTable(representatives.Length, next, outcomes);
    }

    /// <summary>Joins states that no input tells apart (Moore's refinement).</summary>
    public TransitionTable Minimize(ref int start)
    {
        var block = new int[States];
        var count = 0;
        while (Refine(block) is var finer && finer > count)
        {
            count = finer;
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

    /// <summary>
    /// "Don't know" first, then the states that mean something, then those that printable bytes do not leave, then the
    /// rest.
    /// </summary>
    public TransitionTable InOrderOfWalk(ByteClasses classes, ref int start, out int specials, out int plains)
    {
        var printable = classes.ClassOf[0x20..0x7f].ToArray().Distinct().ToArray();
        bool IsPlain(int state) =>
            outcomes[state] is null && printable.All(column => this[state, column] == state);

        var plain = Enumerable.Range(0, States).Select(IsPlain).ToArray();
        var order = Enumerable.Range(0, States)
            .OrderBy(state => state == 0 ? 0 : outcomes[state] is not null ? 1 : plain[state] ? 2 : 3).ToArray();
        specials = order.Count(state => outcomes[state] is not null);
        plains = plain.Count(isPlain => isPlain);
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

    /// <summary>Splits blocks whose states lead to different blocks; numbered in the order of their first member, so
    /// that state 0 stays 0.</summary>
    /// <returns>How many there are now.</returns>
    private int Refine(int[] block)
    {
        var names = new Dictionary<int, int>(new SameBlocks(this, (int[])block.Clone()));
        for (var state = 0; state < States; state++)
        {
            if (!names.TryGetValue(state, out block[state]))
            {
                names.Add(state, block[state] = names.Count);
            }
        }

        return names.Count;
    }

    /// <summary>States are alike that are in one block, mean the same, and lead to the same blocks.</summary>
    private sealed class SameBlocks(TransitionTable table, int[] block) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y)
        {
            if (block[x] != block[y] || table.OutcomeOf(x) != table.OutcomeOf(y))
            {
                return false;
            }

            for (var column = 0; column < table.Stride; column++)
            {
                if (block[table[x, column]] != block[table[y, column]])
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(int state)
        {
            var hash = ((uint)block[state] * 31) + (uint)table.OutcomeOf(state).GetHashCode();
            for (var column = 0; column < table.Stride; column++)
            {
                hash = ((hash << 5 | hash >> 27) ^ (uint)block[table[state, column]]) * 0x9E3779B1;
            }

            return (int)hash;
        }
    }
}
