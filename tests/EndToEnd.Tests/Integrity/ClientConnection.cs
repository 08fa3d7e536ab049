using System.Globalization;
using System.Net.Sockets;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>One connection of the client: what it has sent and what came back.</summary>
internal sealed class ClientConnection(ulong seed, long number, Socket socket, bool mayForbid, Tally tally)
{
    private readonly MessageReader _reader = new(socket);
    private readonly PieceWriter _writer = new(socket);
    private int _planned;
    private int _order;
    private RequestPlan? _sent;
    private RequestPlan? _awaited;

    /// <summary>Sends some requests and reads their answers meanwhile.</summary>
    /// <param name="isLast">The sending half is closed after them, and the server's has to follow.</param>
    public async Task AskAsync(int depth, bool isLast, Dice dice)
    {
        var plans = new List<RequestPlan>();
        for (var i = 0; i < depth; i++)
        {
            plans.Add(new RequestPlan(seed, number, ++_planned, mayForbid, isAlone: depth == 1));
        }

        var isSlow = dice.Chance(3);
        var sending = SendAsync(plans, isLast, dice);
        var receiving = ReceiveAsync(plans, isLast, isSlow, sending);
        // The first to fail ends both: what the other one waits for may never come.
        var first = await Task.WhenAny(sending, receiving);
        await first;
        await Task.WhenAll(sending, receiving);
    }

    public override string ToString() => $"sent {_sent}, awaits {_awaited}";

    private async Task SendAsync(List<RequestPlan> plans, bool isLast, Dice dice)
    {
        var isOne = dice.Chance(60);
        foreach (var plan in plans)
        {
            _sent = plan;
            _writer.AddHead(plan.Head(number, _order));
            _order += plan.IsForbidden ? 0 : 1;
            if (plan.Kind == RequestKind.Expect)
            {
                // The body follows when the server has asked for it.
                await _writer.FlushAsync(dice);
                continue;
            }

            if (plan.HasBody)
            {
                _writer.AddBody(plan.Body, plan.Kind == RequestKind.Chunked, ref dice);
            }

            if (!isOne || plan == plans[^1] || _writer.Gathered > Payload.MaxSize)
            {
                await _writer.FlushAsync(dice);
                dice.Next();
            }
        }

        if (isLast && plans[^1].Kind != RequestKind.Expect)
        {
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task ReceiveAsync(List<RequestPlan> plans, bool isLast, bool isSlow, Task sending)
    {
        foreach (var plan in plans)
        {
            _awaited = plan;
            if (isSlow)
            {
                await Task.Delay(10);
            }

            var head = await ReadHeadAsync();
            if (plan.Kind == RequestKind.Expect && Status(head) == 100)
            {
                // The answer may overtake the end of the sending.
                await sending;
                var dice = new Dice(seed, number, plan.Sequence, 5);
                _writer.AddBody(plan.Body, isChunked: false, ref dice);
                await _writer.FlushAsync(dice);
                if (isLast)
                {
                    socket.Shutdown(SocketShutdown.Send);
                }

                head = await ReadHeadAsync();
            }

            await CompareAsync(plan, head);
        }

        if (isLast)
        {
            await _reader.ExpectEndAsync();
        }
    }

    private async Task CompareAsync(RequestPlan plan, MessageHead head)
    {
        var status = Status(head);
        if (head.Fields.ContainsKey("Connection") && status is 502 or 503 or 504)
        {
            throw new IOException($"the proxy says {status}");
        }

        if (plan.IsForbidden)
        {
            Check(status == 403 && !head.Fields.ContainsKey("X-Id"), plan, $"'{head.Line}', not 403");
            await _reader.ReadBodyAsync(head, "Access denied\r\n"u8.ToArray());
            tally.AddPair(plan.Body.Length);
            return;
        }

        var response = new ResponsePlan(seed, number, plan.Sequence, plan.Method);
        Check(head.Fields.GetValueOrDefault("X-Id") == response.Id, plan,
            $"the answer to {head.Fields.GetValueOrDefault("X-Id")}: {head.Line}");
        Check(status == response.Status, plan, $"'{head.Line}', not {response.Status}");
        var sum = Payload.Checksum(response.Body.Span).ToString(CultureInfo.InvariantCulture);
        Check(head["X-Sum"] == sum, plan, $"checksum {head["X-Sum"]}, not {sum}");
        if (response.HasBody)
        {
            await _reader.ReadBodyAsync(head, response.Body);
        }

        tally.AddPair(plan.Body.Length + response.Body.Length);
    }

    private async Task<MessageHead> ReadHeadAsync() =>
        await _reader.ReadHeadAsync() ?? throw new EndOfStreamException("the end before an answer");

    private static int Status(MessageHead head) =>
        head.Line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
        && int.TryParse(head.Line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw new IntegrityException($"no status line: '{head.Line}'");

    private static void Check(bool holds, RequestPlan plan, string message)
    {
        if (!holds)
        {
            throw new IntegrityException($"{plan} got {message}");
        }
    }
}
