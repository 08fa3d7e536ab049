namespace Jumpgate.Grpc;

/// <summary>A stream of requests, read one after the other.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>Valid after a <see cref="MoveNext"/> that returned true.</summary>
    T Current { get; }

    /// <returns>False when the client has closed its half: the call itself goes on.</returns>
    /// <exception cref="RpcException">The message is malformed or too large.</exception>
    /// <exception cref="OperationCanceledException">The call has ended.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
