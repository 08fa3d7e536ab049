namespace Jumpgate.Sockmap.Automata;

/// <summary>
/// Frames a response head (RFC 9112 section 6): its status line, and Content-Length or the chunked coding. What frames
/// otherwise, switches protocols or is not final is left to the proxy.
/// </summary>
internal sealed class ResponseMachine : IByteMachine<(ResponsePhase Phase, int Position, string Text)>
{
    private const string Beginning = "HTTP/1.1 ";
    private const int MaxLengthDigits = 8;
    private const int TrailingBlank = 10;

    private const int LengthLine = 1;
    private const int OtherLine = 2;
    private const int CodingLine = 3;
    private const ulong Framing = Outcome.ContentLengthFact | Outcome.ChunkedFact;

    private static readonly string[] LeftToProxy = ["upgrade", "trailer", "http2-settings"];
    private static readonly string[] Names =
        [.. LeftToProxy, Grammar.ContentLength, Grammar.TransferEncoding, Grammar.Connection];

    private static readonly string[] Endings = ["keep-alive", "close"];
    private static readonly string[] Codings = ["chunked"];

    public (ResponsePhase Phase, int Position, string Text) Dead => (ResponsePhase.Dead, 0, "");

    public (ResponsePhase Phase, int Position, string Text) Start => (ResponsePhase.Beginning, 0, "");

    public ByteClasses Classes { get; } = new(Grammar.ResponseSets([.. Names, .. Endings, .. Codings]));

    public Outcome? OutcomeOf((ResponsePhase Phase, int Position, string Text) state) => state.Phase switch
    {
        ResponsePhase.Dead => new Outcome(HeadEvent.Unknown, 0, 0, 0),
        ResponsePhase.Classified => new Outcome(HeadEvent.Class, 0, 0, (uint)state.Position),
        ResponsePhase.Length when state.Position is > 0 and < TrailingBlank =>
            new Outcome(HeadEvent.LengthDigit, 0, 0, 0),
        ResponsePhase.LineEnd => state.Position switch
        {
            // One of the two, once: where there were more, two readers could differ.
            LengthLine => new Outcome(HeadEvent.Header, Outcome.ContentLengthFact, Framing, 0),
            CodingLine => new Outcome(HeadEvent.Header, Outcome.ChunkedFact, Framing, 0),
            _ => new Outcome(HeadEvent.Header, 0, 0, 0),
        },
        ResponsePhase.End => new Outcome(HeadEvent.End, 0, 0, 0),
        _ => null,
    };

    public (ResponsePhase Phase, int Position, string Text) Next(
        (ResponsePhase Phase, int Position, string Text) state, byte value)
    {
        var c = (char)value;
        return state.Phase switch
        {
            ResponsePhase.Beginning => c != Beginning[state.Position] ? Dead
                : state.Position + 1 == Beginning.Length ? (ResponsePhase.Status, 0, "")
                : (ResponsePhase.Beginning, state.Position + 1, ""),
            ResponsePhase.Status => InStatus(state.Text, c),
            ResponsePhase.Classified or ResponsePhase.Reason => c == '\r' ? (ResponsePhase.LineFeed, 0, "")
                : Grammar.Value.Contains(value) && (state.Phase == ResponsePhase.Reason || c == ' ')
                    ? (ResponsePhase.Reason, 0, "")
                : Dead,
            ResponsePhase.LineStart or ResponsePhase.LineEnd => c == '\r' ? (ResponsePhase.LastFeed, 0, "")
                : c == ':' ? Dead : InName("", value),
            ResponsePhase.Name => InName(state.Text, value),
            ResponsePhase.OtherName => c == ':' ? (ResponsePhase.Value, 0, "")
                : Grammar.Token.Contains(value) ? state : Dead,
            ResponsePhase.Value =>
                c == '\r' ? (ResponsePhase.LineFeed, OtherLine, "") : Grammar.Value.Contains(value) ? state : Dead,
            ResponsePhase.Length => InLength(state.Position, value),
            ResponsePhase.Connection => InWord(state, Endings, OtherLine, value),
            ResponsePhase.Coding => InWord(state, Codings, CodingLine, value),
            ResponsePhase.LineFeed => c != '\n' ? Dead
                : state.Position == 0 ? (ResponsePhase.LineStart, 0, "") : (ResponsePhase.LineEnd, state.Position, ""),
            ResponsePhase.LastFeed => c == '\n' ? (ResponsePhase.End, 0, "") : Dead,
            _ => Dead,
        };
    }

    /// <summary>Final statuses only; 204 and 304 have no body whatever the head says.</summary>
    private (ResponsePhase Phase, int Position, string Text) InStatus(string digits, char c)
    {
        var status = digits + c;
        return !char.IsAsciiDigit(c) || status[0] is < '2' or > '5' ? Dead
            : status.Length < 3 ? (ResponsePhase.Status, 0, Shorten(status))
            : (ResponsePhase.Classified, status is "204" or "304" ? 1 : 0, "");
    }

    /// <summary>Only what may still become 204 or 304 is told apart.</summary>
    private static string Shorten(string status) =>
        status is "2" or "3" or "20" or "30" ? status : "44"[..status.Length];

    private (ResponsePhase Phase, int Position, string Text) InName(string prefix, byte value)
    {
        if (value == ':')
        {
            return prefix == Grammar.ContentLength ? (ResponsePhase.Length, 0, "")
                : prefix == Grammar.Connection ? (ResponsePhase.Connection, 0, "")
                : prefix == Grammar.TransferEncoding ? (ResponsePhase.Coding, 0, "")
                : LeftToProxy.Contains(prefix, StringComparer.Ordinal) ? Dead
                : (ResponsePhase.Value, 0, "");
        }

        var longer = prefix + char.ToLowerInvariant((char)value);
        return !Grammar.Token.Contains(value) ? Dead
            : Names.Any(name => name.StartsWith(longer, StringComparison.Ordinal)) ? (ResponsePhase.Name, 0, longer)
            : (ResponsePhase.OtherName, 0, "");
    }

    private (ResponsePhase Phase, int Position, string Text) InLength(int position, byte value) =>
        value == '\r' ? position == 0 ? Dead : (ResponsePhase.LineFeed, LengthLine, "")
            : Grammar.Blank.Contains(value) ? (ResponsePhase.Length, position == 0 ? 0 : TrailingBlank, "")
            : !Grammar.Digit.Contains(value) || position is 1 or > MaxLengthDigits ? Dead
            : (ResponsePhase.Length, position == 0 ? value == '0' ? 1 : 2 : position + 1, "");

    /// <summary>A value that is one of these words and nothing else.</summary>
    private (ResponsePhase Phase, int Position, string Text) InWord(
        (ResponsePhase Phase, int Position, string Text) state, string[] words, int line, byte value)
    {
        var (phase, position, read) = state;
        var whole = words.Contains(read, StringComparer.Ordinal);
        if (value == '\r')
        {
            return whole ? (ResponsePhase.LineFeed, line, "") : Dead;
        }

        if (Grammar.Blank.Contains(value))
        {
            return read.Length == 0 ? (phase, 0, "") : whole ? (phase, 1, read) : Dead;
        }

        var longer = read + char.ToLowerInvariant((char)value);
        return position == 0 && words.Any(word => word.StartsWith(longer, StringComparison.Ordinal))
            ? (phase, 0, longer)
            : Dead;
    }
}
