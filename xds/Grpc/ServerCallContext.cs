using Microsoft.AspNetCore.Http;

namespace Jumpgate.Grpc;

/// <summary>One call, as its method sees it.</summary>
public sealed class ServerCallContext
{
    private readonly HttpContext _http;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;

    internal ServerCallContext(HttpContext http, DateTimeOffset? deadline, CancellationToken cancellation)
    {
        _http = http;
        Deadline = deadline;
        CancellationToken = cancellation;
        // Kept, because the HTTP request is gone when a method outlives its call.
        Method = http.Request.Path.Value ?? string.Empty;
        Host = http.Request.Host.Value ?? string.Empty;
        Peer = $"{http.Connection.RemoteIpAddress}:{http.Connection.RemotePort}";
    }

    /// <summary><c>/package.Service/Method</c>.</summary>
    public string Method { get; }

    public string Host { get; }

    /// <summary>The client's address and port.</summary>
    public string Peer { get; }

    /// <summary>When the client stops waiting; null: never. The call is ended then.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Cancelled when the client has gone or cancelled, and at the deadline.</summary>
    public CancellationToken CancellationToken { get; }

    public Metadata RequestHeaders => _requestHeaders ??= Metadata.From(_http.Request.Headers);

    public Metadata ResponseTrailers => _responseTrailers ??= new Metadata();

    /// <summary>Sent when the method returns; a thrown <see cref="RpcException"/> has its own.</summary>
    public Status Status { get; set; } = Status.DefaultSuccess;

    internal Metadata? TrailersToSend => _responseTrailers;

    public HttpContext GetHttpContext() => _http;

    /// <summary>Sends response headers now instead of with the first message.</summary>
    /// <exception cref="InvalidOperationException">They have been sent.</exception>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (_http.Response.HasStarted)
        {
            throw new InvalidOperationException("response headers have been sent");
        }

        foreach (var entry in responseHeaders)
        {
            _http.Response.Headers.Append(entry.Key, entry.OnTheWire);
        }

        return _http.Response.BodyWriter.FlushAsync(CancellationToken).AsTask();
    }
}
