namespace Jumpgate.Sockmap.Automata;

/// <summary>
/// Frames a response head (RFC 9112 section 6): its status line and Content-Length. What frames otherwise, switches
/// protocols or is not final is left to the proxy.
/// </summary>
internal sealed class ResponseMachine : IByteMachine<(ResponsePhase Phase, int Position, string Text)>
{
    private const string Beginning = "HTTP/1.1 ";
    private const int MaxLengthDigits = 8;
    private const int TrailingBlank = 10;

    private static readonly string[] LeftToProxy = ["transfer-encoding", "upgrade", "trailer", "http2-settings"];
    private static readonly string[] Names = [.. LeftToProxy, Grammar.ContentLength, Grammar.Connection];
    private static readonly string[] Endings = ["keep-alive", "close"];

    public (ResponsePhase Phase, int Position, string Text) Dead => (ResponsePhase.Dead, 0, "");

    public (ResponsePhase Phase, int Position, string Text) Start => (ResponsePhase.Beginning, 0, "");

    public ByteClasses Classes { get; } = new(Grammar.ResponseSets([.. Names, .. Endings]));

    public Outcome? OutcomeOf((ResponsePhase Phase, int Position, string Text) state) => state.Phase switch
    {
        ResponsePhase.Dead => new Outcome(HeadEvent.Unknown, 0, 0, 0),
        ResponsePhase.Classified => new Outcome(HeadEvent.Class, 0, 0, (uint)state.Position),
        ResponsePhase.Length when state.Position is > 0 and < TrailingBlank => new Outcome(HeadEvent.LengthDigit, 0, 0, 0),
        ResponsePhase.LineEnd => new Outcome(
            HeadEvent.Header,
            state.Position == 1 ? Outcome.ContentLengthFact : 0,
            state.Position == 1 ? Outcome.ContentLengthFact : 0,
            0),
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
                : Grammar.Value.Contains(value) && (state.Phase == ResponsePhase.Reason || c == ' ') ? (ResponsePhase.Reason, 0, "")
                : Dead,
            ResponsePhase.LineStart or ResponsePhase.LineEnd => c == '\r' ? (ResponsePhase.LastFeed, 0, "")
                : c == ':' ? Dead : InName("", value),
            ResponsePhase.Name => InName(state.Text, value),
            ResponsePhase.OtherName => c == ':' ? (ResponsePhase.Value, 0, "")
                : Grammar.Token.Contains(value) ? state : Dead,
            ResponsePhase.Value => c == '\r' ? (ResponsePhase.LineFeed, 2, "") : Grammar.Value.Contains(value) ? state : Dead,
            ResponsePhase.Length => InLength(state.Position, value),
            ResponsePhase.Connection => InConnection(state.Position, state.Text, value),
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
    private static string Shorten(string status) => status is "2" or "3" or "20" or "30" ? status : "44"[..status.Length];

    private (ResponsePhase Phase, int Position, string Text) InName(string prefix, byte value)
    {
        if (value == ':')
        {
            return prefix == Grammar.ContentLength ? (ResponsePhase.Length, 0, "")
                : prefix == Grammar.Connection ? (ResponsePhase.Connection, 0, "")
                : LeftToProxy.Contains(prefix, StringComparer.Ordinal) ? Dead
                : (ResponsePhase.Value, 0, "");
        }

        var longer = prefix + char.ToLowerInvariant((char)value);
        return !Grammar.Token.Contains(value) ? Dead
            : Names.Any(name => name.StartsWith(longer, StringComparison.Ordinal)) ? (ResponsePhase.Name, 0, longer)
            : (ResponsePhase.OtherName, 0, "");
    }

    private (ResponsePhase Phase, int Position, string Text) InLength(int position, byte value) =>
        value == '\r' ? position == 0 ? Dead : (ResponsePhase.LineFeed, 1, "")
            : Grammar.Blank.Contains(value) ? (ResponsePhase.Length, position == 0 ? 0 : TrailingBlank, "")
            : !Grammar.Digit.Contains(value) || position is 1 or > MaxLengthDigits ? Dead
            : (ResponsePhase.Length, position == 0 ? value == '0' ? 1 : 2 : position + 1, "");

    private (ResponsePhase Phase, int Position, string Text) InConnection(int position, string read, byte value)
    {
        var whole = Endings.Contains(read, StringComparer.Ordinal);
        if (value == '\r')
        {
            return whole ? (ResponsePhase.LineFeed, 2, "") : Dead;
        }

        if (Grammar.Blank.Contains(value))
        {
            return read.Length == 0 ? (ResponsePhase.Connection, 0, "")
                : whole ? (ResponsePhase.Connection, 1, read) : Dead;
        }

        var longer = read + char.ToLowerInvariant((char)value);
        return position == 0 && Endings.Any(ending => ending.StartsWith(longer, StringComparison.Ordinal))
            ? (ResponsePhase.Connection, 0, longer)
            : Dead;
    }
}
