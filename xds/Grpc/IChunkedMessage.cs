namespace Jumpgate.Grpc;

/// <summary>
/// A message that is there in pieces already, shared by many calls. It is sent piece by piece under flow control, so
/// that a call never holds a copy of the whole.
/// </summary>
public interface IChunkedMessage
{
    /// <summary>Bytes of all pieces.</summary>
    int Length { get; }

    IEnumerable<ReadOnlyMemory<byte>> Chunks { get; }
}
