namespace Jumpgate.Grpc;

/// <summary>A stream of responses.</summary>
public interface IServerStreamWriter<in T>
{
    /// <summary>
    /// Completes when HTTP/2's flow control has taken all but a bounded rest: a slow client slows its writer only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The call has ended, or another write is under way.</exception>
    /// <exception cref="OperationCanceledException">The call has ended meanwhile.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken = default);
}
