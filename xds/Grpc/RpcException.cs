namespace Jumpgate.Grpc;

/// <summary>
/// Ends a call with a status other than OK: thrown by a service's method, or by the reader of a malformed request.
/// </summary>
public sealed class RpcException : Exception
{
    public RpcException()
        : this(new Status(StatusCode.Unknown, string.Empty))
    {
    }

    public RpcException(string message)
        : this(new Status(StatusCode.Unknown, message))
    {
    }

    public RpcException(string message, Exception innerException)
        : base(message, innerException)
    {
        Status = new Status(StatusCode.Unknown, message);
        Trailers = new Metadata();
    }

    public RpcException(Status status, Metadata? trailers = null)
        : base($"{status.StatusCode}: {status.Detail}")
    {
        Status = status;
        Trailers = trailers ?? new Metadata();
    }

    public Status Status { get; }

    /// <summary>Sent after those that the call's context holds.</summary>
    public Metadata Trailers { get; }

    public StatusCode StatusCode => Status.StatusCode;
}
