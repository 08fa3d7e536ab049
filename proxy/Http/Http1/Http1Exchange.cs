using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Http1;

/// <summary>One request and its response: answered here, or forwarded. Tells the observer exactly once.</summary>
internal sealed class Http1Exchange(
    ProxiedConnection connection, Http1RequestHead request, HttpFilterOptions options, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private ulong _revision;
    private string? _target;
    private bool _told;

    private Http1ResponseRelay? _relay;

    /// <summary>Ends when nothing of this exchange reads the client's bytes any more.</summary>
    public Task Body => _relay?.Body ?? Task.CompletedTask;

    private int Status => _relay?.Status ?? 0;

    public HttpDecision Decision { get; set; } =
        new(HttpVerdict.Allowed, null, ImmutableArray<HeaderMutation>.Empty, ImmutableArray<string>.Empty);

    public void Judged(IRequestPolicy policy, string? target)
    {
        _revision = policy.Revision;
        _target = target;
    }

    /// <summary>Answers a head that cannot be trusted, and ends the connection.</summary>
    public async Task<bool> RejectAsync(SocketOutput client, RequestRejection rejection)
    {
        var status = rejection.StatusCode();
        await AnswerAsync(client, status, $"{rejection.Describe()}\n", null, close: true);
        Tell(RequestOutcome.Rejected, status, rejection.Describe());
        return false;
    }

    public async Task<bool> AnswerTargetAsync(
        SocketInput from, SocketOutput client, int headLength, RequestTargetStatus status, string? location,
        string? reason)
    {
        if (status == RequestTargetStatus.Bad)
        {
            await AnswerAsync(client, 400, $"{reason}\n", null, close: true);
            Tell(RequestOutcome.Rejected, 400, reason);
            return false;
        }

        var keep = await TryDrainAsync(from, headLength);
        await AnswerAsync(client, 307, string.Empty, location, !keep);
        Tell(RequestOutcome.Rejected, 307, "escaped slash in the path");
        return keep;
    }

    public async Task<bool> DenyAsync(SocketInput from, SocketOutput client, int headLength)
    {
        var keep = await TryDrainAsync(from, headLength);
        await AnswerAsync(client, 403, options.DeniedBody, null, !keep);
        Tell(RequestOutcome.Denied, 403, null);
        return keep;
    }

    /// <summary>The client went away before this request was answered.</summary>
    public void BrokeOff() => Tell(RequestOutcome.Error, 0, "the connection broke off");

    /// <returns>True where the client's connection can carry another request.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ForwardAsync(
        SocketInput from, SocketOutput client, int headLength, Http1Upstream upstream)
    {
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                await upstream.EnsureAsync();
                var retriable = attempt == 0 && upstream.Reused && request.Framing.Kind == BodyKind.None
                    && request.Method is "GET" or "HEAD" or "OPTIONS";
                try
                {
                    HeadWriter.WriteRequest(
                        upstream.Output!, request, from.Unread[..headLength], _target, Decision.Mutations);
                    _relay = new Http1ResponseRelay(request, upstream, client, options);
                    if (retriable)
                    {
                        await upstream.Output!.FlushAsync();
                        if (await upstream.Input!.FillAsync() == 0)
                        {
                            upstream.Close();
                            continue;
                        }
                    }

                    from.Consume(headLength);
                    var result = await _relay.RunAsync(from);
                    upstream.Reused = true;
                    if (result == RelayResult.KeepAlive)
                    {
                        Tell(ForwardedOutcome, Status, null);
                        return !request.ClientCloses;
                    }

                    return await FinishAsync(result, client, upstream, Status);
                }
                catch (SocketException) when (retriable && Status == 0 && !connection.Aborted.IsCancellationRequested)
                {
                    upstream.Close();
                }
            }
        }
        catch (Exception e) when (e.IsDisconnect())
        {
            if (Status == 0 && !connection.Aborted.IsCancellationRequested)
            {
                return await FailAsync(client, upstream, e);
            }

            upstream.Reset();
            client.Channel.Reset();
            Tell(RequestOutcome.Error, Status, "the connection broke off");
            throw;
        }
    }

    private async Task<bool> FinishAsync(RelayResult result, SocketOutput client, Http1Upstream upstream, int status)
    {
        switch (result)
        {
            case RelayResult.Close:
                upstream.Close();
                Tell(ForwardedOutcome, status, null);
                return false;
            case RelayResult.Tunnel:
                Tell(ForwardedOutcome, status, null);
                return false;
            case RelayResult.BadChunk:
                upstream.Reset();
                if (status == 0)
                {
                    return await RejectAsync(client, RequestRejection.BadChunk);
                }

                break;
            case RelayResult.BadResponse or RelayResult.Truncated when status == 0:
                upstream.Reset();
                var reason = result == RelayResult.BadResponse
                    ? "the server's response is malformed"
                    : "the message broke off before a response";
                await AnswerAsync(client, 502, $"{reason}\n", null, close: true);
                Tell(RequestOutcome.Error, 502, reason);
                return false;
        }

        upstream.Reset();
        client.Channel.Reset();
        Tell(RequestOutcome.Error, status, "the message broke off");
        return false;
    }

    private async Task<bool> FailAsync(SocketOutput client, Http1Upstream upstream, Exception exception)
    {
        upstream.Close();
        var timedOut = exception is SocketException { SocketErrorCode: SocketError.TimedOut };
        var status = timedOut ? 504 : 502;
        var reason = timedOut ? "the server did not answer in time" : "the server could not be reached";
        client.Dispose();
        try
        {
            await AnswerAsync(client, status, $"{reason}\n", null, close: true);
        }
        catch (Exception e) when (e.IsDisconnect())
        {
            status = 0;
        }

        Tell(RequestOutcome.Error, status, reason);
        return false;
    }

    /// <summary>
    /// Reads a body that is not forwarded, so that the next request can be found; false where that is not worth it.
    /// </summary>
    private async ValueTask<bool> TryDrainAsync(SocketInput from, int headLength)
    {
        from.Consume(headLength);
        // Nobody knows whether a client that waits for 100 still sends its body after another answer (RFC 9110 section
        // 10.1.1).
        var bodyMayNotCome = request.ExpectsContinue && request.Framing.Kind != BodyKind.None;
        return !request.ClientCloses && !bodyMayNotCome && await BodyDrain.TryRunAsync(from, request.Framing, options);
    }

    private async ValueTask AnswerAsync(SocketOutput client, int status, string body, string? location, bool close)
    {
        client.Write($"HTTP/1.1 {status.ToString(CultureInfo.InvariantCulture)} {Phrase(status)}\r\n".AsSpan());
        if (location is not null)
        {
            client.Write($"Location: {location}\r\n".AsSpan());
        }

        if (body.Length > 0)
        {
            client.Write("Content-Type: text/plain\r\n"u8);
        }

        client.Write($"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n".AsSpan());
        client.Write(close ? "Connection: close\r\n\r\n"u8 : "\r\n"u8);
        if (request.Method is not "HEAD")
        {
            client.Write(Encoding.UTF8.GetBytes(body));
        }

        await client.FlushAsync();
    }

    private RequestOutcome ForwardedOutcome =>
        Decision.Verdict == HttpVerdict.Audit ? RequestOutcome.Audit : RequestOutcome.Forwarded;

    private static string Phrase(int status) => status switch
    {
        307 => "Temporary Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        417 => "Expectation Failed",
        431 => "Request Header Fields Too Large",
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Error",
    };

    private void Tell(RequestOutcome outcome, int status, string? reason)
    {
        if (_told)
        {
            return;
        }

        _told = true;
        var duration = time.GetElapsedTime(_started);
        connection.Observer.Count(new RequestCount(outcome, request.Protocol, Decision.Rule, status, duration));
        if (connection.Observer.Wants(outcome))
        {
            connection.Observer.Record(new HttpRequestRecord
            {
                Time = time.GetUtcNow() - duration,
                Flow = connection.Flow,
                Outcome = outcome,
                Protocol = request.Protocol,
                Method = request.Method.ToString(),
                Target = _target ?? request.Target.ToString(),
                Authority = request.Authority.ToString(),
                Status = status,
                Duration = duration,
                PolicyRevision = _revision,
                Rule = Decision.Rule,
                Reason = reason,
                HeaderMismatches = Decision.Mismatches,
            });
        }
    }
}
