namespace Jumpgate.Sockmap.Automata;

/// <summary>
/// Thompson's construction for many languages in one pool. A set of nodes is a sorted array of those that read a byte,
/// are an end, or accept; empty moves are resolved.
/// </summary>
internal sealed class Nfa(int limit)
{
    private const int None = -1;

    private readonly List<Node> _nodes = [];
    private int[] _marks = [];
    private int _mark;

    private enum Kind : byte
    {
        Read,
        Split,
        Begin,
        End,
        Accept,
    }

    public bool IsFull => _nodes.Count > limit;

    public IEnumerable<ByteSet> Sets =>
        _nodes.Where(node => node.Kind == Kind.Read).Select(node => node.Set).Distinct();

    /// <summary>
    /// Adds a language; its set at the start of the input. <paramref name="tag"/> is what it accepts.
    /// </summary>
    public int[] Add(Language language, int tag)
    {
        var start = Compile(language, New(new Node(Kind.Accept) { Next = tag }));
        return Close([start], atBegin: true, atEnd: false);
    }

    /// <summary>The set after one more byte.</summary>
    public int[] Step(int[] set, byte value)
    {
        List<int>? next = null;
        foreach (var index in set)
        {
            var node = _nodes[index];
            if (node.Kind == Kind.Read && node.Set.Contains(value))
            {
                (next ??= []).Add(node.Next);
            }
        }

        return next is null ? [] : Close(next, atBegin: false, atEnd: false);
    }

    /// <summary>What the set accepts if the input ends here, in ascending order.</summary>
    public int[] Accepted(int[] set) =>
        [.. Close(set, atBegin: false, atEnd: true)
            .Where(index => _nodes[index].Kind == Kind.Accept).Select(index => _nodes[index].Next).Distinct().Order()];

    private int New(Node node)
    {
        if (!IsFull)
        {
            _nodes.Add(node);
        }

        return _nodes.Count - 1;
    }

    private int Compile(Language language, int next)
    {
        switch (language)
        {
            case Language.Bytes bytes:
                return New(new Node(Kind.Read) { Set = bytes.Set, Next = next });
            case Language.Sequence sequence:
                for (var i = sequence.Parts.Length - 1; i >= 0; i--)
                {
                    next = Compile(sequence.Parts[i], next);
                }

                return next;
            case Language.Choice choice:
                var start = None;
                foreach (var part in choice.Parts)
                {
                    var branch = Compile(part, next);
                    start = start == None ? branch : New(new Node(Kind.Split) { Next = start, Other = branch });
                }

                return start == None ? New(new Node(Kind.Read) { Next = next }) : start;
            case Language.Repeat repeat:
                return Compile(repeat, next);
            case Language.Begin:
                return New(new Node(Kind.Begin) { Next = next });
            case Language.End:
                return New(new Node(Kind.End) { Next = next });
            default:
                return next;
        }
    }

    private int Compile(Language.Repeat repeat, int next)
    {
        if (repeat.Max is not { } max)
        {
            var loop = New(new Node(Kind.Split) { Next = next, Other = None });
            if (IsFull)
            {
                return loop;
            }

            _nodes[loop] = _nodes[loop] with { Other = Compile(repeat.Part, loop) };
            next = loop;
        }
        else
        {
            var exit = next;
            for (var i = repeat.Min; i < max && !IsFull; i++)
            {
                next = New(new Node(Kind.Split) { Next = exit, Other = Compile(repeat.Part, next) });
            }
        }

        for (var i = 0; i < repeat.Min && !IsFull; i++)
        {
            next = Compile(repeat.Part, next);
        }

        return next;
    }

    private int[] Close(IEnumerable<int> from, bool atBegin, bool atEnd)
    {
        if (_marks.Length < _nodes.Count)
        {
            Array.Resize(ref _marks, _nodes.Count * 2);
        }

        _mark++;
        var result = new List<int>();
        var open = new Stack<int>(from);
        while (open.TryPop(out var index))
        {
            if (index == None || _marks[index] == _mark)
            {
                continue;
            }

            _marks[index] = _mark;
            var node = _nodes[index];
            switch (node.Kind)
            {
                case Kind.Split:
                    open.Push(node.Next);
                    open.Push(node.Other);
                    break;
                case Kind.Begin when atBegin:
                case Kind.End when atEnd:
                    open.Push(node.Next);
                    break;
                case Kind.Begin:
                    break;
                default:
                    result.Add(index);
                    break;
            }
        }

        result.Sort();
        return [.. result];
    }

    private readonly record struct Node(Kind Kind)
    {
        public ByteSet Set { get; init; }

        /// <summary>Accept: the tag.</summary>
        public int Next { get; init; }

        public int Other { get; init; }
    }
}
