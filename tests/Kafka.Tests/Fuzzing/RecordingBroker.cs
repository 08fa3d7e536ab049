using System.Buffers.Binary;
using System.Net.Sockets;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>Keeps every whole frame that reaches it, and answers each.</summary>
internal sealed class RecordingBroker(Random dice)
{
    public List<byte[]> Frames { get; } = [];

    public async Task ServeAsync(Socket socket)
    {
        try
        {
            while (await FrameAsync(socket) is { } frame)
            {
                Frames.Add(frame);
                if (ReplyTo(frame) is { } reply)
                {
                    await socket.SendAsync(reply);
                }
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The filter has closed the connection.
        }
    }

    /// <summary>Null: the stream has ended, perhaps within a frame, on which no broker acts.</summary>
    public static async Task<byte[]?> FrameAsync(Socket socket)
    {
        var length = new byte[4];
        if (!await FillAsync(socket, length))
        {
            return null;
        }

        var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        return await FillAsync(socket, rest) ? [.. length, .. rest] : null;
    }

    private static async Task<bool> FillAsync(Socket socket, byte[] bytes)
    {
        for (var got = 0; got < bytes.Length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(got));
            if (count == 0)
            {
                return false;
            }

            got += count;
        }

        return true;
    }

    private byte[]? ReplyTo(byte[] frame)
    {
        if (IndependentReading.Of(frame) is not { HasReply: true } reading)
        {
            return null;
        }

        var api = ApiCatalog.Find(reading.Key)!;
        var output = new WireWriter();
        output.WriteInt32(0);
        output.WriteInt32(reading.CorrelationId);
        if (api.HasTaggedReplyHeader(reading.Version))
        {
            output.WriteVarint(0);
        }

        new SampleWriter(dice).Write(api.Reply(reading.Version), output);
        return SampleWriter.Framed(output);
    }
}
