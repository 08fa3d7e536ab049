namespace Jumpgate.Http.Connections;

/// <summary>Serves connections that begin with the HTTP/2 preface (prior knowledge, RFC 9113 section 3.3).</summary>
public interface IHttp2Handler
{
    /// <param name="received">Bytes already read from the client: the start of the preface.</param>
    Task ServeAsync(ProxiedConnection connection, ReadOnlyMemory<byte> received, CancellationToken stopping);
}
