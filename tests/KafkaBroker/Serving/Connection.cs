using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Jumpgate.KafkaBroker.Answers;
using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>One client's connection: requests are answered one after the other, as Kafka does.</summary>
internal sealed class Connection(Cluster cluster, Node node, Answerer answerer, Socket socket)
{
    private const int FrameLimit = 100 << 20;
    private readonly byte[] _read = new byte[65536];
    private readonly ArrayBufferWriter<byte> _reply = new(65536);
    private int _start;
    private int _end;

    public async Task ServeAsync(CancellationToken stop)
    {
        await Task.Yield();
        using var owned = socket;
        socket.NoDelay = true;
        try
        {
            var from = (IPEndPoint)socket.RemoteEndPoint!;
            while (await ReadFrameAsync(stop) is { } frame)
            {
                await AnswerAsync(frame, from, stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException
            or InvalidDataException)
        {
            // The client or this broker has gone, or the client speaks something else.
        }
    }

    private async Task AnswerAsync(byte[] frame, IPEndPoint from, CancellationToken stop)
    {
        var head = new MessageReader(frame, 0, flexible: false);
        var key = head.I16();
        var version = head.I16();
        var correlation = head.I32();
        var clientId = head.OldText();
        var api = ApiLayout.Find(key) ?? throw new InvalidDataException($"API {key} is unknown");
        if (version < api.First || version > api.Last)
        {
            if (api.Name != "ApiVersions")
            {
                throw new InvalidDataException($"{api.Name} {version} is unknown");
            }

            await ReplyAsync(api, 0, correlation, answerer.Versions(ErrorCode.UnsupportedVersion), stop);
            return;
        }

        var reader = new MessageReader(frame.AsMemory(^head.Left..), version, api.IsFlexible(version));
        var notes = new Notes(cluster);
        reader.Noted = notes.Add;
        reader.SkipTags();
        var request = reader.Read(api.Request);
        if (reader.Left > 0)
        {
            throw new InvalidDataException($"{api.Name} {version} has {reader.Left} bytes too many");
        }

        notes.AddUntyped(api, request);
        cluster.Note(notes.ToSeen(node.Id, api, version, clientId, from));
        var reply = await answerer.AnswerAsync(new Call(node, api, version, clientId, from, request, stop));
        if (reply is not null)
        {
            await ReplyAsync(api, version, correlation, reply, stop);
        }
    }

    private async Task ReplyAsync(ApiLayout api, short version, int correlation, Message reply, CancellationToken stop)
    {
        _reply.ResetWrittenCount();
        var writer = new MessageWriter(_reply, version, api.IsFlexible(version));
        writer.I32(0);
        writer.I32(correlation);
        // ApiVersions' reply has the old head in every version: its reader may not know the new one.
        if (api.Name != "ApiVersions")
        {
            writer.NoTags();
        }

        writer.Write(api.Response, reply);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_reply.WrittenMemory);
        BinaryPrimitives.WriteInt32BigEndian(bytes.Span, bytes.Length - 4);
        for (ReadOnlyMemory<byte> left = bytes; left.Length > 0;)
        {
            left = left[await socket.SendAsync(left, stop)..];
        }
    }

    /// <returns>A frame without its length, in an array of its own; null at the end.</returns>
    private async Task<byte[]?> ReadFrameAsync(CancellationToken stop)
    {
        while (_end - _start < 4)
        {
            _read.AsSpan(_start.._end).CopyTo(_read);
            (_start, _end) = (0, _end - _start);
            var count = await socket.ReceiveAsync(_read.AsMemory(_end), stop);
            if (count == 0)
            {
                return null;
            }

            _end += count;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_read.AsSpan(_start));
        _start += 4;
        if (length is < 8 or > FrameLimit)
        {
            throw new InvalidDataException($"a frame of {length} bytes");
        }

        var frame = GC.AllocateUninitializedArray<byte>(length);
        var got = Math.Min(length, _end - _start);
        _read.AsSpan(_start, got).CopyTo(frame);
        _start += got;
        while (got < length)
        {
            var count = await socket.ReceiveAsync(frame.AsMemory(got), stop);
            if (count == 0)
            {
                return null;
            }

            got += count;
        }

        return frame;
    }
}
