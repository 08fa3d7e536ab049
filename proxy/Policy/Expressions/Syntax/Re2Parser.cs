namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// Parses RE2's syntax (https://github.com/google/re2/wiki/Syntax) in one pass with an explicit stack, so that no
/// pattern can exhaust the thread's.
/// </summary>
internal sealed class Re2Parser
{
    /// <summary>Groups within groups, as in Go's parser of the same syntax.</summary>
    public const int MaxNesting = 1000;

    /// <summary>
    /// Automaton positions with every repetition written out. Bounds memory and the time per input character; the
    /// engine's own default, 10,000 nodes at five to a position, refuses about the same, but without a place.
    /// </summary>
    public const int MaxCost = 2000;

    private readonly PatternReader _reader;
    private readonly GroupReader _groups;
    private readonly Stack<Group> _open = new();
    private Group _group = new(0, Re2Flags.None);
    private Re2Flags _flags;
    private long _cost;

    private Re2Parser(string pattern)
    {
        _reader = new PatternReader(pattern);
        _groups = new GroupReader(_reader);
    }

    /// <param name="pattern">Must not contain unpaired surrogates.</param>
    /// <returns>The parsed pattern, or what is wrong with it.</returns>
    public static (RegexNode? Root, Re2Error? Error) Parse(string pattern)
    {
        var parser = new Re2Parser(pattern);
        return parser.TryParse(out var root) ? (root, null) : (null, parser._reader.Error);
    }

    private bool TryParse(out RegexNode root)
    {
        root = EmptyNode.Instance;

        // Where the operator began that ended just before the cursor; -1 where something else stands there.
        var operatorStart = -1;
        while (!_reader.AtEnd)
        {
            var start = _reader.Position;
            if (RepeatReader.TryRead(_reader, out var min, out var max))
            {
                if (!TryRepeat(start, operatorStart, min, max))
                {
                    return false;
                }

                operatorStart = start;
            }
            else
            {
                operatorStart = -1;
                if (!TryReadOne())
                {
                    return false;
                }
            }
        }

        if (_open.Count > 0)
        {
            return _reader.Fail(_group.Start, "missing ): the group that begins here is not closed");
        }

        var whole = _group.Close();
        root = whole.Node;
        return whole.Cost <= MaxCost || FailTooLarge(0);
    }

    private bool TryReadOne()
    {
        switch (_reader.Text[_reader.Position])
        {
            case '(':
                return TryOpen();
            case ')':
                return TryClose();
            case '[':
                return new CharacterClassReader(_reader, _flags).TryRead(out var set) && TryPush(Fragment.Set(set));
            case '\\':
                return TryReadEscape();
        }

        var start = _reader.Position;
        var codePoint = _reader.ReadCodePoint();
        var multiLine = _flags.HasFlag(Re2Flags.MultiLine);
        switch (codePoint)
        {
            case '|':
                _group.NextAlternative();
                return true;
            case '^':
                return TryPush(Fragment.Anchor(multiLine ? AnchorKind.BeginLine : AnchorKind.BeginText));
            case '$':
                return TryPush(Fragment.Anchor(multiLine ? AnchorKind.EndLine : AnchorKind.EndText));
            case '.':
                var dotAll = _flags.HasFlag(Re2Flags.DotMatchesNewLine);
                return TryPush(Fragment.Set(dotAll ? CodePointSet.All : CodePointSet.Of('\n').Complement()));
            default:
                return TryPushLiteral(codePoint, start);
        }
    }

    private bool TryReadEscape()
    {
        var start = _reader.Position;
        AnchorKind? anchor = _reader switch
        {
            _ when _reader.TrySkip(@"\A") => AnchorKind.BeginText,
            _ when _reader.TrySkip(@"\z") => AnchorKind.EndText,
            _ when _reader.TrySkip(@"\b") => AnchorKind.WordBoundary,
            _ when _reader.TrySkip(@"\B") => AnchorKind.NotWordBoundary,
            _ => null,
        };
        if (anchor is { } kind)
        {
            return TryPush(Fragment.Anchor(kind));
        }

        if (_reader.StartsWith(@"\C"))
        {
            return _reader.Fail(start, @"\C (any byte) is not supported: characters are judged, not bytes");
        }

        if (_reader.TrySkip(@"\Q"))
        {
            return TryReadQuoted();
        }

        if (!EscapeReader.TryReadClass(_reader, _flags, out var set))
        {
            return false;
        }

        return set is not null
            ? TryPush(Fragment.Set(set))
            : EscapeReader.TryReadCodePoint(_reader, out var codePoint) && TryPushLiteral(codePoint, start);
    }

    private bool TryReadQuoted()
    {
        while (!_reader.AtEnd && !_reader.TrySkip(@"\E"))
        {
            var start = _reader.Position;
            if (!TryPushLiteral(_reader.ReadCodePoint(), start))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryPushLiteral(int codePoint, int start) =>
        TryPush(Fragment.Set(EscapeReader.Resolve(CodePointSet.Of(codePoint), negated: false, _flags)), start);

    private bool TryPush(Fragment fragment, int? start = null)
    {
        // Counted while reading, so that a pattern too large is refused before it has been built.
        _cost += fragment.Cost;
        if (_cost > MaxCost)
        {
            return FailTooLarge(start ?? _reader.Position);
        }

        _group.Add(fragment);
        return true;
    }

    private bool TryRepeat(int start, int operatorStart, int min, int? max)
    {
        if (operatorStart >= 0)
        {
            var possessive = _reader.Text[start] == '+' ? " (possessive quantifiers are not supported)" : "";
            return _reader.Fail(start, $"bad repetition operator: {_reader.Since(operatorStart)}{possessive}");
        }

        if (max < min || Math.Max(min, max ?? 0) > Fragment.MaxRepeat)
        {
            return _reader.Fail(
                start, $"invalid repetition size: {_reader.Since(start)} (at most {Fragment.MaxRepeat}, and min,max in order)");
        }

        if (_group.LastIndex < 0)
        {
            return _reader.Fail(start, $"no argument for repetition operator: {_reader.Since(start)}");
        }

        var repeated = _group[_group.LastIndex].Repeat(min, max);
        if (repeated.RepeatProduct > Fragment.MaxRepeat)
        {
            return _reader.Fail(
                start,
                $"invalid repetition size: {_reader.Since(start)} (nested repetitions multiply to more than "
                + $"{Fragment.MaxRepeat})");
        }

        _group[_group.LastIndex] = repeated;
        return repeated.Cost <= MaxCost || FailTooLarge(start);
    }

    private bool TryOpen()
    {
        var start = _reader.Position;
        if (!_groups.TryRead(_flags, out var opening))
        {
            return false;
        }

        if (opening.OpensGroup)
        {
            if (_open.Count == MaxNesting)
            {
                return _reader.Fail(start, $"expression nests too deeply (at most {MaxNesting} groups)");
            }

            _open.Push(_group);
            _group = new Group(start, _flags);
        }

        _flags = opening.Flags;
        return true;
    }

    private bool TryClose()
    {
        var start = _reader.Position++;
        if (_open.Count == 0)
        {
            return _reader.Fail(start, "unexpected ): no group is open here");
        }

        var closed = _group.Close();
        _flags = _group.OuterFlags;
        _group = _open.Pop();
        _group.Add(closed);
        return closed.Cost <= MaxCost || FailTooLarge(start);
    }

    private bool FailTooLarge(int position) => _reader.Fail(
        position, "the expression is too large once its repetitions are written out (about 2000 characters; shorten them)");

    /// <summary>A group being read. <paramref name="outerFlags"/> hold again once it is closed.</summary>
    private sealed class Group(int start, Re2Flags outerFlags)
    {
        private readonly List<Fragment> _alternatives = [];
        private readonly List<Fragment> _sequence = [];

        public int Start { get; } = start;

        public Re2Flags OuterFlags { get; } = outerFlags;

        /// <summary>What a repetition operator would repeat; -1 where nothing stands before it.</summary>
        public int LastIndex => _sequence.Count - 1;

        public Fragment this[int index]
        {
            get => _sequence[index];
            set => _sequence[index] = value;
        }

        public void Add(Fragment fragment) => _sequence.Add(fragment);

        public void NextAlternative()
        {
            _alternatives.Add(Fragment.Concat(_sequence));
            _sequence.Clear();
        }

        public Fragment Close()
        {
            NextAlternative();
            return Fragment.Alternate(_alternatives);
        }
    }
}
