namespace Jumpgate.Sockmap.Automata;

/// <summary>The second section as a function: what follows the target, up to the empty line.</summary>
internal sealed class FieldMachine : IByteMachine<HeadState>
{
    private const string VersionText = "HTTP/1.1\r\n";
    private const string KeepAlive = "keep-alive";
    private const int MaxLengthDigits = 8;
    private const int TrailingBlank = 10;
    private const int NodeLimit = 200_000;

    private readonly FactTable _facts;
    private readonly Nfa _nfa = new(NodeLimit);
    private readonly HashSet<string> _names;
    private readonly HashSet<string> _prefixes = [];
    private readonly Dictionary<string, int[]> _values = [];
    private readonly Interner<string> _prefix = new();
    private readonly Interner<Outcome> _outcomes = new();
    private readonly int[] _hosts;

    public FieldMachine(FactTable facts)
    {
        _facts = facts;
        _hosts = [.. _facts.Hosts.SelectMany(host => _nfa.Add(host.Key, host.Value)).Order()];
        foreach (var name in _facts.Presence.Keys)
        {
            _values[name] = [.. _facts.Values.Where(value => value.Key.Name == name)
                .SelectMany(value => _nfa.Add(WithBlanks(value.Key.Value), value.Value)).Order()];
        }

        _names = [.. _facts.Presence.Keys, .. Grammar.LeftToProxy,
            Grammar.Host, Grammar.ContentLength, Grammar.Connection];
        foreach (var name in _names)
        {
            for (var length = 0; length <= name.Length; length++)
            {
                _prefixes.Add(name[..length]);
            }
        }

        Classes = new ByteClasses(Grammar.FieldSets([.. _names, KeepAlive]).Concat(_nfa.Sets));
    }

    public HeadState Dead => HeadState.Dead;

    public HeadState Start { get; } = new(Phase.Version, 0, 0, []);

    public ByteClasses Classes { get; }

    /// <summary>False where the expressions are too large.</summary>
    public bool IsComplete => !_nfa.IsFull;

    public Outcome? OutcomeOf(HeadState state) => state.Phase switch
    {
        Phase.Dead => new Outcome(HeadEvent.Unknown, 0, 0, 0),
        Phase.LineEnd => _outcomes[state.X],
        Phase.LengthValue when state.Y is > 0 and < TrailingBlank => new Outcome(HeadEvent.LengthDigit, 0, 0, 0),
        Phase.End => new Outcome(HeadEvent.End, 0, 0, 0),
        _ => null,
    };

    public HeadState Next(HeadState state, byte value) => state.Phase switch
    {
        Phase.Version => InVersion(state.Y, value),
        Phase.LineStart or Phase.LineEnd => value == '\r' ? new HeadState(Phase.LastFeed, 0, 0, [])
            : value == ':' ? HeadState.Dead : InName(string.Empty, value),
        Phase.Name => state.X < 0 ? InOtherName(value) : InName(_prefix[state.X], value),
        Phase.PlainValue => InPlainValue(state, value),
        Phase.PolicyValue => InPolicyValue(state, value),
        Phase.HostValue => InHost(state, value),
        Phase.LengthValue => InLength(state, value),
        Phase.ConnectionValue => InConnection(state, value),
        Phase.LineFeed => value == '\n' ? new HeadState(Phase.LineEnd, state.X, 0, []) : HeadState.Dead,
        Phase.LastFeed => value == '\n' ? new HeadState(Phase.End, 0, 0, []) : HeadState.Dead,
        _ => HeadState.Dead,
    };

    private static Language.Sequence WithBlanks(string value)
    {
        var blanks = new Language.Repeat(new Language.Bytes(Grammar.Blank), 0, null);
        return new Language.Sequence([blanks, Language.Literal(value), blanks]);
    }

    private static HeadState InVersion(int position, byte value) =>
        value != VersionText[position] ? HeadState.Dead
            : position + 1 == VersionText.Length ? new HeadState(Phase.LineStart, 0, 0, [])
            : new HeadState(Phase.Version, 0, position + 1, []);

    private HeadState InName(string prefix, byte value)
    {
        if (value == ':')
        {
            return BeginValue(prefix);
        }

        var longer = prefix + char.ToLowerInvariant((char)value);
        return !Grammar.Token.Contains(value) ? HeadState.Dead
            : _prefixes.Contains(longer) ? new HeadState(Phase.Name, _prefix.Add(longer), 0, [])
            : new HeadState(Phase.Name, -1, 0, []);
    }

    private static HeadState InOtherName(byte value) =>
        value == ':' ? new HeadState(Phase.PlainValue, 0, 0, [])
            : Grammar.Token.Contains(value) ? new HeadState(Phase.Name, -1, 0, [])
            : HeadState.Dead;

    private HeadState BeginValue(string name) =>
        !_names.Contains(name) ? new HeadState(Phase.PlainValue, 0, 0, [])
            : name == Grammar.Host ? new HeadState(Phase.HostValue, 0, 0, _hosts)
            : name == Grammar.ContentLength ? new HeadState(Phase.LengthValue, 0, 0, [])
            : name == Grammar.Connection ? new HeadState(Phase.ConnectionValue, 0, 0, [])
            : Grammar.LeftToProxy.Contains(name, StringComparer.Ordinal) ? HeadState.Dead
            : new HeadState(Phase.PolicyValue, _prefix.Add(name), 0, _values[name]);

    private HeadState InPlainValue(HeadState state, byte value) =>
        value == '\r' ? EndLine(0, 0) : Grammar.Value.Contains(value) ? state : HeadState.Dead;

    private HeadState InPolicyValue(HeadState state, byte value)
    {
        if (value == '\r')
        {
            var present = 1ul << _facts.Presence[_prefix[state.X]];
            return EndLine(present | Bits(state.Set), present);
        }

        return Grammar.Value.Contains(value) ? state with { Set = _nfa.Step(state.Set, value) } : HeadState.Dead;
    }

    /// <summary>Y: 0 in blanks before the value, 1 in it, 2 in blanks after it.</summary>
    private HeadState InHost(HeadState state, byte value)
    {
        if (value == '\r')
        {
            return state.Y == 0 ? HeadState.Dead : EndLine(Outcome.HostFact | Bits(state.Set), Outcome.HostFact);
        }

        if (Grammar.Blank.Contains(value))
        {
            return state with { Y = state.Y == 0 ? 0 : 2 };
        }

        return state.Y == 2 || !Grammar.Authority.Contains(value)
            ? HeadState.Dead
            : state with { Y = 1, Set = _nfa.Step(state.Set, value) };
    }

    /// <summary>Y: 0 in blanks before the value, 1 after a leading zero, then one more than the digits read.</summary>
    private HeadState InLength(HeadState state, byte value)
    {
        if (value == '\r')
        {
            return state.Y == 0 ? HeadState.Dead : EndLine(Outcome.ContentLengthFact, Outcome.ContentLengthFact);
        }

        if (Grammar.Blank.Contains(value))
        {
            return state with { Y = state.Y == 0 ? 0 : TrailingBlank };
        }

        return !Grammar.Digit.Contains(value) || state.Y is 1 or > MaxLengthDigits ? HeadState.Dead
            : state.Y == 0 ? state with { Y = value == '0' ? 1 : 2 }
            : state with { Y = state.Y + 1 };
    }

    /// <summary>
    /// Y: letters of keep-alive read; blanks before count as none, blanks after as one more than all.
    /// </summary>
    private HeadState InConnection(HeadState state, byte value)
    {
        if (value == '\r')
        {
            return state.Y >= KeepAlive.Length ? EndLine(0, 0) : HeadState.Dead;
        }

        if (Grammar.Blank.Contains(value))
        {
            return state.Y == 0 ? state : state.Y >= KeepAlive.Length
                ? state with { Y = KeepAlive.Length + 1 } : HeadState.Dead;
        }

        return state.Y < KeepAlive.Length && char.ToLowerInvariant((char)value) == KeepAlive[state.Y]
            ? state with { Y = state.Y + 1 }
            : HeadState.Dead;
    }

    private HeadState EndLine(ulong facts, ulong once) =>
        new(Phase.LineFeed, _outcomes.Add(new Outcome(HeadEvent.Header, facts, once, 0)), 0, []);

    private ulong Bits(int[] set) => _nfa.Accepted(set).Aggregate(0ul, (bits, bit) => bits | (1ul << bit));
}
