using System.Buffers;
using System.Buffers.Binary;
using Jumpgate.Connections.Sockets;
using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Connections;

/// <summary>
/// Replies in the order of the requests, the broker's and our own; the only one that writes to the client.
/// </summary>
internal sealed class ReplyLoop(
    KafkaFilterOptions options, ChannelInput server, GatheringOutput client, PendingReplies pending)
{
    /// <summary>Length and correlation id.</summary>
    private const int Head = 8;

    /// <summary>The reply that was under way when the loop ended.</summary>
    public PendingReply? UnderWay { get; private set; }

    /// <summary>The broker has ended its stream.</summary>
    public bool IsServerGone { get; private set; }

    /// <summary>
    /// Until all requests have their reply and no more come, the broker ends its stream, or the connection must end.
    /// </summary>
    public async Task<FrameError> RunAsync()
    {
        while (true)
        {
            if (!pending.Reader.TryRead(out var reply))
            {
                var (goOn, error) = await WaitAsync();
                if (!goOn)
                {
                    return error;
                }

                continue;
            }

            UnderWay = reply;
            if (reply.Own is { } own)
            {
                await client.WriteAsync(own);
                pending.Written(reply);
            }
            else if (await RelayAsync(reply) is var error && (error != FrameError.None || IsServerGone))
            {
                await client.FlushAsync();
                return error;
            }

            UnderWay = null;
            reply.Finish();
            if (reply.IsLast)
            {
                await client.FlushAsync();
                return FrameError.None;
            }
        }
    }

    /// <summary>
    /// Nobody waits for a reply. A broker may end an idle connection; anything else from it is out of turn.
    /// </summary>
    private async ValueTask<(bool GoOn, FrameError Error)> WaitAsync()
    {
        if (!server.Unread.IsEmpty)
        {
            return pending.Reader.TryPeek(out _) ? (true, FrameError.None) : (false, FrameError.UnexpectedReply);
        }

        await client.FlushAsync();
        var next = pending.Reader.WaitToReadAsync();
        if (next.IsCompleted)
        {
            return (await next, FrameError.None);
        }

        var waiting = next.AsTask();
        if (await Task.WhenAny(waiting, server.WatchAsync()) == waiting || pending.Reader.TryPeek(out _))
        {
            return (await waiting, FrameError.None);
        }

        if (await server.MoreAsync())
        {
            return (pending.Reader.TryPeek(out _), FrameError.UnexpectedReply);
        }

        IsServerGone = server.IsEnded;
        return (!IsServerGone, FrameError.None);
    }

    private async ValueTask<FrameError> RelayAsync(PendingReply reply)
    {
        if (!await HaveAsync(Head))
        {
            IsServerGone = true;
            return server.Unread.IsEmpty ? FrameError.None : FrameError.MalformedReply;
        }

        var (length, correlationId) = ReadHead();
        if (correlationId != reply.Header.CorrelationId)
        {
            return FrameError.UnexpectedReply;
        }

        if (length < 4)
        {
            return FrameError.MalformedReply;
        }

        return reply.Edit is { } edit ? await EditAsync(edit, length) : await StreamAsync(4L + length);
    }

    private (int Length, int CorrelationId) ReadHead()
    {
        Span<byte> head = stackalloc byte[Head];
        server.Unread.Slice(0, Head).CopyTo(head);
        return (BinaryPrimitives.ReadInt32BigEndian(head), BinaryPrimitives.ReadInt32BigEndian(head[4..]));
    }

    private async ValueTask<FrameError> EditAsync(ReplyEdit edit, int length)
    {
        if (edit.Needed == ReplyEdit.Whole && length > options.MaxHeldReplyBytes)
        {
            return edit.IsOptional ? await StreamAsync(4L + length) : FrameError.ReplyTooLarge;
        }

        var held = Math.Min(length, edit.Needed);
        if (!await HaveAsync(4 + held))
        {
            IsServerGone = true;
            return FrameError.MalformedReply;
        }

        var bytes = server.Unread.Slice(4, held);
        var output = new WireWriter();
        output.WriteInt32(0);
        int replaced;
        try
        {
            edit.Apply(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray(), output, out replaced);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return FrameError.MalformedReply;
        }

        var frame = output.Written.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4 + length - replaced);
        await client.WriteAsync(frame.AsMemory());
        server.Consume(4 + replaced);
        return await StreamAsync(length - replaced);
    }

    /// <summary>Passes on as it comes; a slow client slows the broker.</summary>
    private async ValueTask<FrameError> StreamAsync(long left)
    {
        while (left > 0)
        {
            if (server.Unread.IsEmpty && client.IsWorthPassing(left))
            {
                var count = await client.PassAsync(server, left);
                if (count == 0)
                {
                    IsServerGone = true;
                    return FrameError.MalformedReply;
                }

                left -= count;
                continue;
            }

            if (server.Unread.IsEmpty && !await MoreAsync())
            {
                IsServerGone = true;
                return FrameError.MalformedReply;
            }

            var come = server.Unread.Slice(0, Math.Min(server.Unread.Length, left));
            await client.WriteAsync(come);
            server.Consume(come.Length);
            left -= come.Length;
        }

        return FrameError.None;
    }

    private async ValueTask<bool> HaveAsync(int count)
    {
        while (server.Unread.Length < count)
        {
            if (!await MoreAsync())
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<bool> MoreAsync()
    {
        var count = server.TryFill();
        if (count != TcpChannel.WouldBlock)
        {
            return count > 0;
        }

        await client.FlushAsync();
        return await server.MoreAsync();
    }
}
