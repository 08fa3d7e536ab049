using System.Buffers;

namespace Jumpgate.Kafka.Connections;

/// <summary>One buffer of what has come, and its place in the row.</summary>
internal sealed class InputSegment : ReadOnlySequenceSegment<byte>
{
    private byte[] _buffer = [];

    public InputSegment? Following => (InputSegment?)Next;

    /// <summary>Bytes of it that have come.</summary>
    public int Length => Memory.Length;

    public int Size => _buffer.Length;

    /// <summary>What is not filled yet.</summary>
    public Span<byte> Room => _buffer.AsSpan(Length);

    public void Rent(int size, InputSegment? behind)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(size);
        Memory = default;
        Next = null;
        RunningIndex = 0;
        if (behind is not null)
        {
            RunningIndex = behind.RunningIndex + behind.Length;
            behind.Next = this;
        }
    }

    public void Fill(int count) => Memory = _buffer.AsMemory(0, Length + count);

    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Memory = default;
        Next = null;
    }
}
