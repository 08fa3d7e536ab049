namespace Jumpgate.Grpc;

/// <summary>Limits and choices of the calls of one server.</summary>
public sealed record GrpcOptions
{
    /// <summary>
    /// Bytes of one request message, before and after decompression; more ends the call with RESOURCE_EXHAUSTED.
    /// </summary>
    public int MaxReceiveMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes of one response message; more ends the call with RESOURCE_EXHAUSTED instead of being sent.
    /// </summary>
    public int? MaxSendMessageSize { get; init; }

    /// <summary>
    /// Responses of at least this many bytes are gzipped for clients that accept it; null: none. Compression of secrets
    /// beside what others can choose leaks them, so it is off unless asked for.
    /// </summary>
    public int? CompressFrom { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
