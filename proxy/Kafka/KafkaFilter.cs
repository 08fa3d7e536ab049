using System.Collections.Concurrent;
using System.Threading.Channels;
using Jumpgate.Connections;
using Jumpgate.Connections.Sockets;
using Jumpgate.Kafka.Connections;
using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Kafka;

/// <summary>
/// Serves connections that speak Kafka's protocol (https://kafka.apache.org/protocol): each request is judged,
/// forwarded to the original destination over a connection of its own, or answered as the API defines. Owns the
/// client's socket.
/// </summary>
public sealed class KafkaFilter(KafkaFilterOptions options, TimeProvider time)
{
    private readonly TopicIdDirectory _topicIds = new(options.MaxTopicIds);
    private readonly CursorSeal _cursors = new();
    private readonly ConcurrentDictionary<FrameError, long> _closed = new();

    /// <summary>Connections closed for what they sent, by reason.</summary>
    public IReadOnlyDictionary<FrameError, long> Closed => _closed;

    public async Task ServeAsync(KafkaConnection connection, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var client = connection.Client;
        using var aborted = connection.Aborted.UnsafeRegister(static c => ((TcpChannel)c!).Reset(), client);
        using var stopped = stopping.UnsafeRegister(static c => ((TcpChannel)c!).Reset(), client);
        try
        {
            using var server = await connection.Upstream.ConnectAsync(connection.Flow, connection.Aborted);
            using var serverAborted = connection.Aborted.UnsafeRegister(static c => ((TcpChannel)c!).Reset(), server);
            using var serverStopped = stopping.UnsafeRegister(static c => ((TcpChannel)c!).Reset(), server);
            await RelayAsync(connection, client, server);
        }
        catch (Exception e) when (e.IsDisconnect())
        {
            client.Reset();
        }
    }

    private async Task RelayAsync(KafkaConnection connection, TcpChannel client, TcpChannel server)
    {
        using var fromClient = new ChannelInput(client);
        using var fromServer = new ChannelInput(server);
        var toClientPacer = await connection.Lanes.PacerAsync(client);
        var toServerPacer = await connection.Lanes.PacerAsync(server);
        var maySplice = connection.Lanes.MaySplice(client, server);
        using var toClient = new GatheringOutput(client) { Pacer = toClientPacer, MaySplice = maySplice };
        using var toServer = new GatheringOutput(server) { Pacer = toServerPacer, MaySplice = maySplice };
        using var pending = new PendingReplies(options.MaxRequestsUnderWay);
        var ids = _topicIds.For(connection.Flow);
        var facts = new RequestFacts();
        var names = new NameCache();
        var planner = new RequestPlanner(
            new RequestJudge(connection.Policy, ids), ids, new SessionGuard(), _cursors);
        var walk = new FrameWalk(new RequestWalker(facts, names));
        var requests = new RequestLoop(
            connection, options, time, fromClient, toServer, pending, planner, facts, walk, names);
        var replies = new ReplyLoop(options, fromServer, toClient, pending);
        using var idle = new IdleWatch(
            time, options.IdleTimeout, () =>
                fromClient.Received + fromServer.Received + toClient.Sent + toServer.Sent, () =>
            {
                Count(FrameError.Idle);
                End(client, isBroken: false);
                End(server, isBroken: false);
            });

        var requesting = RunRequestsAsync(requests, client, server, pending);
        var replying = RunRepliesAsync(replies);
        if (await Task.WhenAny(requesting, replying) == requesting && await requesting is FrameError.None)
        {
            // The client has ended its stream: what it asked for is still answered.
            await replying;
        }

        var error = requesting.IsCompleted ? await requesting : null;
        var replyError = replying.IsCompleted ? await replying : null;
        var isBroken = (requesting.IsCompleted && error is null)
            || (replying.IsCompleted && replyError is not FrameError.None);
        End(client, isBroken);
        End(server, isBroken);
        pending.Complete(new IOException("The connection has ended."));
        error = await requesting;
        replyError = await replying;
        Tell(requests, replies, pending, error, replyError);

        async Task<FrameError?> RunRequestsAsync(RequestLoop loop, TcpChannel from, TcpChannel to, PendingReplies queue)
        {
            try
            {
                var result = await loop.RunAsync();
                if (result == FrameError.None)
                {
                    queue.Complete();
                    if (!loop.IsEnding)
                    {
                        to.TryShutdownSend();
                    }
                }

                return result;
            }
            catch (Exception e) when (e.IsDisconnect() || e is IOException or ChannelClosedException)
            {
                // The last one: it waited for room among the replies when the connection ended.
                return null;
            }
        }
    }

    private static async Task<FrameError?> RunRepliesAsync(ReplyLoop loop)
    {
        try
        {
            return await loop.RunAsync();
        }
        catch (Exception e) when (e.IsDisconnect() || e is IOException)
        {
            return null;
        }
    }

    private static void End(TcpChannel channel, bool isBroken)
    {
        if (isBroken)
        {
            channel.Reset();
        }
        else
        {
            // What it was sent is still read where it sends on meanwhile.
            channel.TryShutdownSend();
            channel.Dispose();
        }
    }

    /// <summary>Counts why it ended, and tells of the requests that have no reply.</summary>
    private void Tell(
        RequestLoop requests, ReplyLoop replies, PendingReplies pending, FrameError? request, FrameError? reply)
    {
        if (request is { } bad and not FrameError.None)
        {
            Count(bad);
            requests.Report?.Finish(KafkaOutcome.Rejected, requests.Header, null, bad.ToString());
        }

        if (reply is { } worse and not FrameError.None)
        {
            Count(worse);
        }

        var reason = reply is null or FrameError.None ? "the connection ended before the reply" : reply.ToString();
        replies.UnderWay?.Report?.Finish(
            KafkaOutcome.Error, replies.UnderWay.Header, replies.UnderWay.Judgement, reason);
        while (pending.Reader.TryRead(out var lost))
        {
            lost.Report?.Finish(KafkaOutcome.Error, lost.Header, lost.Judgement, reason);
        }
    }

    private void Count(FrameError error) => _closed.AddOrUpdate(error, 1, static (_, count) => count + 1);
}
