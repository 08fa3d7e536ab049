using System.Buffers.Binary;
using System.Net.Sockets;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Tests.Support;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>Keeps every whole frame that reaches it, and answers each; some of the answers are spoilt.</summary>
internal sealed class RecordingBroker(Random dice)
{
    private const int LargestFrame = 1 << 20;

    public List<byte[]> Frames { get; } = [];

    public bool HasSpoilt { get; private set; }

    public async Task ServeAsync(Socket socket)
    {
        try
        {
            while (await FrameAsync(socket) is { } frame)
            {
                Frames.Add(frame);
                if (ReplyTo(frame) is not { } reply)
                {
                    continue;
                }

                HasSpoilt = dice.Next(20) == 0;
                await socket.SendAsync(HasSpoilt ? Mutation.Of(reply, dice) : reply);
                if (HasSpoilt)
                {
                    break;
                }
            }

            socket.Shutdown(SocketShutdown.Send);
            while (await FrameAsync(socket) is { } frame)
            {
                // What comes behind a spoilt answer is judged as well.
                Frames.Add(frame);
            }
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

        if (BinaryPrimitives.ReadInt32BigEndian(length) is not (>= 0 and < LargestFrame))
        {
            // Longer than what any case sends: the stream ends within it, and none of its bytes begins a frame.
            while (await FillAsync(socket, length))
            {
            }

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
