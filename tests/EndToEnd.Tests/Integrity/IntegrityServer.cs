using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// Answers planned requests, and holds each against its plan: body, order on its connection, and that it may be here at
/// all.
/// </summary>
internal sealed class IntegrityServer : IDisposable
{
    private readonly ulong _seed;
    private readonly ConcurrentDictionary<long, int> _orders = new();
    private readonly List<Socket> _listeners = [];

    public IntegrityServer(ulong seed, Func<Func<Socket>, Socket> inNamespace, params IReadOnlyList<int> ports)
    {
        _seed = seed;
        foreach (var port in ports)
        {
            _listeners.Add(inNamespace(() =>
            {
                var socket =
                    new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                socket.Listen(512);
                return socket;
            }));
        }

        _listeners.ForEach(l => _ = AcceptAsync(l));
    }

    public Tally Tally { get; } = new();

    /// <summary>
    /// Another one was here before, and is gone: a connection of the client's may begin in its middle.
    /// </summary>
    public bool IsSuccessor { get; init; }

    public void Dispose() => _listeners.ForEach(l => l.Dispose());

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        socket.NoDelay = true;
        var now = "its first request";
        try
        {
            var reader = new MessageReader(socket);
            var writer = new PieceWriter(socket);
            while (await reader.ReadHeadAsync() is { } head)
            {
                now = head.Line;
                await AnswerAsync(socket, reader, writer, head);
            }
        }
        catch (IntegrityException e)
        {
            Tally.AddWrong($"server: {e.Message}");
            socket.Close(0);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Tally.AddBroken($"server: {now}: {e}");
        }
    }

    private async Task AnswerAsync(Socket socket, MessageReader reader, PieceWriter writer, MessageHead head)
    {
        var method = head.Line[..head.Line.IndexOf(' ', StringComparison.Ordinal)];
        var (connection, sequence, order) =
            (Number(head, "X-Conn"), (int)Number(head, "X-Seq"), (int)Number(head, "X-Order"));
        var request = new RequestPlan(_seed, connection, sequence, mayForbid: false, isAlone: true);
        var expected = _orders.TryGetValue(connection, out var last) ? last + 1 : IsSuccessor ? order : 0;
        if (order != expected || method != request.Method || head.Line.Contains("/secret", StringComparison.Ordinal))
        {
            throw new IntegrityException(
                $"connection {connection}: {request} of order {order}, after {expected} others: '{head.Line}'");
        }

        _orders[connection] = order;
        if (head.Fields.ContainsKey("Expect"))
        {
            await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), SocketFlags.None);
        }

        if (request.HasBody)
        {
            await reader.ReadBodyAsync(head, request.Body);
            if (Number(head, "X-Sum") != Payload.Checksum(request.Body.Span))
            {
                throw new IntegrityException($"connection {connection}: {request} has another checksum");
            }
        }

        var dice = new Dice(_seed, connection, sequence, 3);
        var response = new ResponsePlan(_seed, connection, sequence, method);
        writer.AddHead(response.Head());
        if (response.HasBody)
        {
            writer.AddBody(response.Body, response.IsChunked, ref dice);
        }

        Tally.AddPair(request.Body.Length + response.Body.Length);
        // Sometimes the answers of several requests go in one piece.
        if (!reader.HasWholeHead || dice.Chance(50))
        {
            await PieceWriter.PauseAsync(dice.Below(200));
            await writer.FlushAsync(dice);
        }
    }

    private static long Number(MessageHead head, string name) =>
        long.TryParse(head[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new IntegrityException($"{name} is '{head[name]}' after '{head.Line}'");
}
