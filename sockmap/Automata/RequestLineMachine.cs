using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>
/// The first section as a function: method and target, up to the blank behind it, where what the request line leaves
/// open is known. The compiler asks it once for every state that can be reached and every class of bytes.
/// </summary>
internal sealed class RequestLineMachine : IByteMachine<HeadState>
{
    private const int NodeLimit = 2_000_000;

    private readonly RulePool _rules;
    private readonly Nfa _nfa = new(NodeLimit);
    private readonly int[] _anyMethod;
    private readonly int[]?[] _paths;
    private readonly Interner<RuleSubset> _alive = new();
    private readonly Interner<RuleClass> _classes = new();

    public RequestLineMachine(RulePool rules)
    {
        _rules = rules;
        var methods = new List<int>();
        _anyMethod = [.. Enumerable.Range(0, _rules.Count).Where(rule => _rules[rule].Method is null)];
        for (var rule = 0; rule < _rules.Count; rule++)
        {
            if (_rules[rule].Method is { } method)
            {
                methods.AddRange(_nfa.Add(method, rule));
            }
        }

        // Tags past the rules: methods that are told apart, then the one that is never decided here.
        for (var known = 1; known < Grammar.Methods.Length; known++)
        {
            methods.AddRange(_nfa.Add(Language.Literal(Grammar.Methods[known]), _rules.Count + known));
        }

        methods.AddRange(_nfa.Add(Language.Literal(Grammar.Tunnel), _rules.Count + Grammar.Methods.Length));
        methods.Sort();
        Start = new HeadState(Phase.Method, 0, 0, [.. methods]);
        _paths = [.. Enumerable.Range(0, _rules.Count)
            .Select(rule => _rules[rule].Path is { } path ? _nfa.Add(path, rule) : null)];
        Classes = new ByteClasses(Grammar.LineSets.Concat(_nfa.Sets));
    }

    public HeadState Dead => HeadState.Dead;

    public HeadState Start { get; }

    public ByteClasses Classes { get; }

    public IReadOnlyList<RuleClass> RuleClasses => _classes.Values;

    /// <summary>False where the expressions are too large.</summary>
    public bool IsComplete => !_nfa.IsFull;

    public Outcome? OutcomeOf(HeadState state) => state.Phase switch
    {
        Phase.Dead => new Outcome(HeadEvent.Unknown, 0, 0, 0),
        Phase.Classified => new Outcome(HeadEvent.Class, 0, 0, (uint)state.X),
        _ => null,
    };

    public HeadState Next(HeadState state, byte value) => state.Phase switch
    {
        Phase.Method => InMethod(state, value),
        Phase.Target => InTarget(state, value),
        _ => HeadState.Dead,
    };

    private HeadState InMethod(HeadState state, byte value)
    {
        if (Grammar.Token.Contains(value))
        {
            var set = _nfa.Step(state.Set, value);
            return set.Length == 0 && _anyMethod.Length == 0 ? HeadState.Dead : new HeadState(Phase.Method, 0, 1, set);
        }

        if (value != ' ' || state.Y == 0)
        {
            return HeadState.Dead;
        }

        var accepted = _nfa.Accepted(state.Set);
        var known = accepted.Where(tag => tag >= _rules.Count).Select(tag => tag - _rules.Count).FirstOrDefault();
        if (known == Grammar.Methods.Length)
        {
            return HeadState.Dead;
        }

        ImmutableArray<int> alive = [.. accepted.Where(tag => tag < _rules.Count).Concat(_anyMethod).Order()];
        return Enter(alive, known);
    }

    private HeadState Enter(ImmutableArray<int> alive, int method)
    {
        if (alive.IsEmpty)
        {
            return HeadState.Dead;
        }

        var set = alive.SelectMany(rule => _paths[rule] ?? []).Order().ToArray();
        var anyPath = alive.Where(rule => _paths[rule] is null);
        return new HeadState(Phase.Target, _alive.Add(new RuleSubset(alive, anyPath)), method * 4, set);
    }

    /// <summary>
    /// Y: the method times four, plus 0 at the start, 1 after a slash, 2 in a segment, 3 in the query.
    /// </summary>
    private HeadState InTarget(HeadState state, byte value)
    {
        var place = state.Y & 3;
        if (value == ' ')
        {
            return place == 0 ? HeadState.Dead : Classify(state);
        }

        if (!Grammar.Target.Contains(value))
        {
            return HeadState.Dead;
        }

        var next = (place, (char)value) switch
        {
            (0, '/') => 1,
            (0, _) => 0,
            (3, _) => 3,
            (_, '?') => 3,
            (1, '/' or '.') => 0,
            (_, '/') => 1,
            _ => 2,
        };
        if (next == 0)
        {
            return HeadState.Dead;
        }

        var set = _nfa.Step(state.Set, value);
        return set.Length == 0 && _alive[state.X].AnyPath.IsEmpty
            ? HeadState.Dead
            : new HeadState(Phase.Target, state.X, state.Y - place + next, set);
    }

    private HeadState Classify(HeadState state)
    {
        var alive = _alive[state.X];
        int[] matched = [.. _nfa.Accepted(state.Set).Where(alive.Contains).Concat(alive.AnyPath).Order()];
        return _rules.Classify(matched, (uint)state.Y >> 2) is { } open
            ? new HeadState(Phase.Classified, _classes.Add(open), 0, [])
            : HeadState.Dead;
    }
}
