using System.Runtime.CompilerServices;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Http1;

/// <summary>
/// Serves the HTTP/1 requests of one connection, one after the other, each judged by the policy of its moment.
/// </summary>
internal sealed class Http1Filter
{
    private readonly ProxiedConnection _connection;
    private readonly SocketInput _input;
    private readonly HttpFilterOptions _options;
    private readonly TimeProvider _time;
    private readonly Http1RequestHead _request = new();
    private readonly Http1RequestHeaders _headers;
    private readonly SocketOutput _output;
    private int _headLength;
    private Http1Lane? _lane;

    /// <summary>The connection waits for a request, and nothing of one is here.</summary>
    private volatile bool _isIdle;
    private Deadline? _deadline;

    public Http1Filter(
        ProxiedConnection connection, SocketInput input, SocketOutput output, HttpFilterOptions options,
        TimeProvider time)
    {
        _connection = connection;
        _input = input;
        _options = options;
        _time = time;
        _output = output;
        _headers = new Http1RequestHeaders(_request, () => _input.UnreadMemory[.._headLength]);
    }

    public async Task RunAsync()
    {
        using var upstream = new Http1Upstream(_connection);
        using var lane = new Http1Lane(_connection, _input, _output, upstream, _options);
        using var deadline = new Deadline(_time, _options.IdleTimeout, OnExpired);
        _deadline = deadline;
        _lane = lane;
        var body = Task.CompletedTask;
        while (true)
        {
            _request.Clear();
            var scan = await ReadHeadAsync();
            if (scan is null)
            {
                break;
            }

            deadline.Clear();
            var exchange = new Http1Exchange(_connection, _request, _options, _time);
            try
            {
                var keep = scan == RequestRejection.None
                    ? await ServeAsync(exchange, upstream)
                    : await exchange.RejectAsync(_output, scan.Value);
                if (!keep)
                {
                    body = exchange.Body;
                    break;
                }

                lane.Offer();
            }
            catch (Exception e) when (e.IsDisconnect())
            {
                exchange.BrokeOff();
                throw;
            }
        }

        // What the client still sends would turn the close into a reset that may destroy the answer on its way.
        _connection.Client.TryShutdownSend();
        upstream.Close();
        await DrainToEndAsync(body);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ServeAsync(Http1Exchange exchange, Http1Upstream upstream)
    {
        var rejection = _request.Parse(_input.Unread[.._headLength], _options);
        if (rejection != RequestRejection.None)
        {
            return await exchange.RejectAsync(_output, rejection);
        }

        string? target = null;
        if (!RequestTarget.IsCanonical(_request.Method, _request.Target))
        {
            var status = RequestTarget.Normalize(
                _request.Method, _request.Target, _request.Authority, out target, out var reason);
            if (status != RequestTargetStatus.Ok)
            {
                return await exchange.AnswerTargetAsync(_input, _output, _headLength, status, target, reason);
            }
        }

        // Read once: this request is judged by what was read, whatever is published meanwhile.
        var policy = _connection.Policy.Current;
        exchange.Judged(policy, target);
        if (policy.HasHttpRules)
        {
            var view = new HttpRequestView(
                _request.Method, target is null ? _request.Target : target, _request.Authority, _headers);
            exchange.Decision = policy.Decide(view);
        }

        return exchange.Decision.Verdict == HttpVerdict.Denied
            ? await exchange.DenyAsync(_input, _output, _headLength)
            : await exchange.ForwardAsync(_input, _output, _headLength, upstream);
    }

    /// <returns>Null at the end of the connection; a rejection where no head can be found.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RequestRejection?> ReadHeadAsync()
    {
        if (_input.IsEmpty)
        {
            _isIdle = true;
            _deadline!.Set(_options.IdleTimeout);
            if (!await _lane!.WaitForClientAsync() || await _input.FillAsync() == 0)
            {
                _isIdle = false;
                await _lane.FinishAsync();
                return null;
            }

            await _lane.SettleAsync();
            _isIdle = false;
        }

        var scanned = 0;
        var skipped = false;
        var isTimed = false;
        while (true)
        {
            // RFC 9112 section 2.2: one empty line before a request is tolerated.
            if (!skipped && _input.Unread.StartsWith("\r\n"u8))
            {
                _input.Consume(2);
                skipped = true;
                scanned = 0;
            }

            switch (HeadScanner.Scan(_input.Unread, ref scanned, out _headLength))
            {
                case HeadScan.Complete:
                    return _headLength > _options.MaxHeadBytes ? RequestRejection.HeadTooLarge : RequestRejection.None;
                case HeadScan.BareLineFeed:
                    return RequestRejection.BareLineFeed;
                case HeadScan.NulByte:
                    return RequestRejection.NulByte;
            }

            if (_input.Unread.Length > _options.MaxHeadBytes)
            {
                return RequestRejection.HeadTooLarge;
            }

            if (!isTimed)
            {
                // Most heads are there at once.
                _deadline!.Set(_options.HeadTimeout);
                isTimed = true;
            }

            if (await _input.FillAsync() == 0)
            {
                return null;
            }
        }
    }

    /// <summary>The connection has been waiting too long, unless the kernel has served it meanwhile.</summary>
    private bool OnExpired()
    {
        if (_isIdle && _lane?.SinceLastUse < _options.IdleTimeout)
        {
            return true;
        }

        _connection.Client.Reset();
        return false;
    }

    /// <param name="body">Has the input to itself until it ends: at the latest with the next bytes, for want of a
    /// server.</param>
    private async Task DrainToEndAsync(Task body)
    {
        _deadline!.Set(_options.LingeringBodyTimeout);
        await body.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var budget = _options.MaxDrainBytes; budget > 0;)
        {
            _input.Consume(_input.Unread.Length);
            var count = await _input.FillAsync();
            if (count == 0)
            {
                return;
            }

            budget -= count;
        }
    }
}
