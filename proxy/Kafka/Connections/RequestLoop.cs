using System.Buffers;
using System.Buffers.Binary;
using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Kafka.Connections;

/// <summary>
/// The client's requests, one after another: judged, then forwarded, changed, or answered. Nothing of a request is sent
/// on before all that it names is judged, with one exception: a Produce that names several topics and is larger than is
/// held goes on while it is judged, and stops short at the first denied topic. Brokers act on whole frames only, so
/// that nothing of it happens; the connection ends behind the denial.
/// </summary>
internal sealed class RequestLoop(
    KafkaConnection connection,
    KafkaFilterOptions options,
    TimeProvider time,
    ChannelInput client,
    GatheringOutput server,
    PendingReplies pending,
    RequestPlanner planner,
    RequestFacts facts,
    FrameWalk walk,
    NameCache names)
{
    private const int LargestHeader = 33 * 1024;

    private State _state;
    private RequestHeader? _header;
    private RequestPlan? _plan;
    private RequestReport? _report;
    private long _frameLength;
    private int _bodyStart;
    private long _passed;
    private bool _isHalfSent;
    private bool _isEnding;

    private enum State
    {
        Boundary,
        /// <summary>All that has come of the frame is held.</summary>
        Held,
        /// <summary>Judged: the rest is forwarded as it comes.</summary>
        Forwarding,
        /// <summary>What is known is allowed and forwarded; more topics may come.</summary>
        Judging,
        /// <summary>Denied: the rest is read for what the reply must list.</summary>
        Denying,
        /// <summary>Answered already: the rest is nobody's business.</summary>
        Discarding,
    }

    /// <summary>The connection ends behind a reply that is still to come.</summary>
    public bool IsEnding => _isEnding;

    /// <summary>The request under way, for whoever tells why the connection ended.</summary>
    public RequestHeader? Header => _header;

    public RequestReport? Report => _report;

    /// <summary>Until the client ends its stream, or the connection must end.</summary>
    public async Task<FrameError> RunAsync()
    {
        while (true)
        {
            var error = await ServeAsync();
            await server.FlushAsync();
            if (error != FrameError.None || _isEnding || !await MoreAsync())
            {
                return error;
            }
        }
    }

    /// <summary>
    /// Reads on. What is to come of a field that nobody looks at, in a request that is judged, passes unread.
    /// </summary>
    private async ValueTask<bool> MoreAsync()
    {
        if (!server.IsWorthPassing(Passable))
        {
            return await client.MoreAsync();
        }

        do
        {
            var count = await server.PassAsync(client, Passable);
            if (count == 0)
            {
                return false;
            }

            walk.Skip(count);
            _passed += count;
        }
        while (server.IsWorthPassing(Passable));
        return true;
    }

    /// <summary>A frame's last byte is not among them where its reply is expected only then.</summary>
    private long Passable => _state switch
    {
        State.Forwarding when client.Unread.IsEmpty => walk.ToSkip,
        State.Judging when client.Unread.IsEmpty => Math.Min(walk.ToSkip, _frameLength - _passed - 1),
        _ => 0,
    };

    /// <summary>Takes in what has come.</summary>
    private async ValueTask<FrameError> ServeAsync()
    {
        while (!_isEnding)
        {
            var before = _state;
            var (isComplete, error) = before == State.Boundary ? TryBegin() : await GoOnAsync();
            if (error != FrameError.None || !isComplete)
            {
                return error;
            }
        }

        return FrameError.None;
    }

    /// <summary>Reads length and header; false: they are not whole.</summary>
    private (bool IsComplete, FrameError Error) TryBegin()
    {
        Span<byte> lengthBytes = stackalloc byte[4];
        if (client.Unread.Length < lengthBytes.Length)
        {
            return (false, FrameError.None);
        }

        _report = new RequestReport(connection, time, time.GetTimestamp());
        client.Unread.Slice(0, lengthBytes.Length).CopyTo(lengthBytes);
        var length = BinaryPrimitives.ReadInt32BigEndian(lengthBytes);
        if (length < RequestHeader.FixedSize || length > options.MaxFrameBytes)
        {
            return (false, FrameError.FrameLength);
        }

        var come = client.Unread.Slice(4);
        come = come.Slice(0, Math.Min(come.Length, Math.Min(length, LargestHeader)));
        var bytes = come.IsSingleSegment ? come.FirstSpan : come.ToArray();
        if (!RequestHeader.TryRead(bytes, names, out _header, out var headerLength, out var error))
        {
            var isCut = error == FrameError.None && bytes.Length == Math.Min(length, LargestHeader);
            return (false, isCut ? FrameError.Truncated : error);
        }

        _frameLength = 4L + length;
        _bodyStart = 4 + headerLength;
        _plan = null;
        _isHalfSent = false;
        if (!_header!.Api.Versions.Contains(_header.Version))
        {
            _passed = 0;
            _state = State.Discarding;
            return (true, FrameError.None);
        }

        walk.Begin(_header, _bodyStart, _frameLength);
        _state = State.Held;
        return (true, FrameError.None);
    }

    private async ValueTask<(bool IsComplete, FrameError Error)> GoOnAsync()
    {
        if (_state == State.Held)
        {
            return await HoldAsync();
        }

        var come = client.Unread.Slice(0, Math.Min(client.Unread.Length, _frameLength - _passed));
        if (_state != State.Discarding)
        {
            var step = walk.Walk(come, _passed);
            if (step == WalkStep.Failed)
            {
                return (false, walk.Error);
            }

            if (_state == State.Judging && IsDenied())
            {
                _state = State.Denying;
            }

            if (walk.Skeleton?.Length > options.MaxHeldBytes)
            {
                return (false, FrameError.RequestTooLarge);
            }

            // A field that has not come whole stays, to be walked again.
            come = come.Slice(0, walk.Position - _passed);
        }

        if (_state is State.Forwarding or State.Judging)
        {
            if (_state == State.Judging && _passed + come.Length == _frameLength)
            {
                await ExpectAsync(_plan!);
            }

            await server.WriteAsync(come);
        }

        _passed += come.Length;
        client.Consume(come.Length);
        if (_passed < _frameLength)
        {
            return (false, FrameError.None);
        }

        await EndAsync();
        return (true, FrameError.None);
    }

    /// <summary>The frame's last byte has passed.</summary>
    private async ValueTask EndAsync()
    {
        var state = _state;
        _state = State.Boundary;
        if (state == State.Discarding)
        {
            var versions = DenialWriter.UnsupportedApiVersions(_header!.CorrelationId);
            await AnswerAsync(new RequestPlan { Answer = DenialCode.UnsupportedVersion }, versions);
        }
        else if (state == State.Denying)
        {
            // What has been stopped stays so, whatever policy says by now: the rest of it is gone.
            _plan = planner.Plan(_header!, facts, _bodyStart) is var plan && IsWhole(plan) ? _plan! : plan;
            var skeleton = new BodyView(walk.Skeleton!.Written.Span, isElided: true);
            await AnswerAsync(_plan, WriteDenial(_plan, skeleton));
        }

        _header = null;
    }

    private async ValueTask<(bool IsComplete, FrameError Error)> HoldAsync()
    {
        var frame = client.Unread.Slice(0, Math.Min(client.Unread.Length, _frameLength));
        switch (walk.Walk(frame, 0))
        {
            case WalkStep.Failed:
                return (false, walk.Error);
            case WalkStep.Done:
                _plan ??= planner.Plan(_header!, facts, _bodyStart);
                await HandleWholeAsync(frame);
                client.Consume(frame.Length);
                _state = State.Boundary;
                _header = null;
                return (true, FrameError.None);
        }

        if (walk.IsAllNamed)
        {
            _plan ??= planner.Plan(_header!, facts, _bodyStart);
        }

        if (_plan is not null && IsWhole(_plan))
        {
            await ExpectAsync(_plan);
            await PassAsync(frame, State.Forwarding);
            return (true, FrameError.None);
        }

        if (_plan is { IsForwarded: false })
        {
            Rewalk(frame);
            await PassAsync(frame, State.Denying);
            return (true, FrameError.None);
        }

        if (frame.Length < options.MaxHeldBytes)
        {
            return (false, FrameError.None);
        }

        if (_header!.Api.Api != KafkaApi.Produce)
        {
            return (false, FrameError.RequestTooLarge);
        }

        // Too large to be held until all its topics are known, let alone to take some of them out.
        Rewalk(frame);
        _plan = planner.Plan(_header!, facts, _bodyStart);
        facts.Fresh = new RequestFacts();
        await PassAsync(frame, IsWhole(_plan) ? State.Judging : State.Denying);
        return (true, FrameError.None);
    }

    /// <summary>Once more from the start, now noting what a denial has to list.</summary>
    private void Rewalk(ReadOnlySequence<byte> frame)
    {
        walk.Begin(_header!, _bodyStart, _frameLength);
        walk.Skeleton = new WireWriter();
        walk.Walk(frame, 0);
    }

    /// <summary>
    /// Whether a topic that has come is. Each is asked about once, and at the end all together: their number is the
    /// client's to choose, and so is that of the pieces they come in.
    /// </summary>
    private bool IsDenied()
    {
        var isLast = walk.Position == _frameLength;
        if (isLast || facts.Fresh!.NamesTopics)
        {
            _plan = planner.Plan(_header!, isLast ? facts : facts.TakeFresh(), _bodyStart);
        }

        return !IsWhole(_plan!);
    }

    /// <summary>All of it is forwarded, as it is.</summary>
    private static bool IsWhole(RequestPlan plan) => plan is { IsForwarded: true, Rewrite: null };

    /// <summary>
    /// What has been walked through leaves, one way or the other; a field that has not come whole stays.
    /// </summary>
    private async ValueTask PassAsync(ReadOnlySequence<byte> frame, State state)
    {
        frame = frame.Slice(0, walk.Position);
        if (state is State.Forwarding or State.Judging)
        {
            _isHalfSent = true;
            await server.WriteAsync(frame);
        }

        _passed = frame.Length;
        client.Consume(frame.Length);
        _state = state;
    }

    private async ValueTask HandleWholeAsync(ReadOnlySequence<byte> frame)
    {
        var plan = _plan!;
        if (!plan.IsForwarded)
        {
            var bytes = frame.IsSingleSegment ? frame.First : frame.ToArray();
            await AnswerAsync(plan, WriteDenial(plan, new BodyView(bytes.Span[_bodyStart..])));
        }
        else if (plan.Rewrite is null)
        {
            await ExpectAsync(plan);
            await server.WriteAsync(frame);
        }
        else
        {
            var rewritten = plan.Rewrite(frame.IsSingleSegment ? frame.First : frame.ToArray());
            if (HasNoReply)
            {
                await server.WriteAsync(rewritten.Frame);
                await EndUnansweredAsync(plan);
                return;
            }

            await ExpectAsync(plan with { Edit = rewritten.Edit });
            await server.WriteAsync(rewritten.Frame);
        }
    }

    private bool HasNoReply => _header!.Api.Api == KafkaApi.Produce && facts.Acks == 0;

    private ReadOnlyMemory<byte> WriteDenial(RequestPlan plan, BodyView body) => plan.Answer is { } answer
        ? DenialWriter.Frame(_header!.Api, _header.Version, _header.CorrelationId, answer)
        : DenialWriter.Frame(_header!.Api, _header.Version, _header.CorrelationId, body, plan.Denial!);

    /// <summary>The broker will reply.</summary>
    private async ValueTask ExpectAsync(RequestPlan plan)
    {
        if (HasNoReply)
        {
            _report!.Finish(OutcomeOf(plan), _header, plan.Judgement);
            return;
        }

        await AddAsync(new PendingReply
        {
            Header = _header!,
            Report = _report,
            Judgement = plan.Judgement,
            Edit = plan.Edit,
        });
    }

    /// <summary>Ends the connection behind what was forwarded, as a broker that cannot tell of an error does.</summary>
    private async ValueTask EndUnansweredAsync(RequestPlan plan)
    {
        _isEnding = true;
        _report!.Finish(OutcomeOf(plan), _header, plan.Judgement);
        await AddAsync(new PendingReply
        {
            Header = _header!,
            Report = null,
            Own = default(ReadOnlyMemory<byte>),
            IsLast = true,
        });
    }

    private async ValueTask AnswerAsync(RequestPlan plan, ReadOnlyMemory<byte> frame)
    {
        _isEnding = HasNoReply || _isHalfSent;
        await AddAsync(new PendingReply
        {
            Header = _header!,
            Report = _report,
            Judgement = plan.Judgement,
            Own = HasNoReply ? ReadOnlyMemory<byte>.Empty : frame,
            Reason = plan.Reason,
            IsLast = _isEnding,
        });
    }

    private async ValueTask AddAsync(PendingReply reply)
    {
        if (reply.IsLast)
        {
            // Who takes it out closes both sockets, perhaps before this returns: nothing that is allowed may be left.
            await server.FlushAsync();
        }

        if (!pending.TryAdd(reply))
        {
            // What has been gathered is what the replies in the queue answer.
            await server.FlushAsync();
            await pending.AddAsync(reply);
        }
    }

    private static KafkaOutcome OutcomeOf(RequestPlan plan) => PendingReply.OutcomeOf(plan.Judgement);
}
