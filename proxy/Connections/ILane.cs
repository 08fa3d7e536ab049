namespace Jumpgate.Connections;

/// <summary>
/// A client's and a server's socket that the kernel may join directly while the proxy stands at a clean boundary:
/// nothing read and not answered, nothing forwarded and not finished. The kernel hands on requests that policy
/// certainly allows, and their responses; everything else comes to the proxy as ever.
/// </summary>
public interface ILane : IDisposable
{
    /// <summary>
    /// Requests that the kernel handed to the server and whose response it has not handed to the client yet.
    /// </summary>
    bool HasRequestsUnderWay { get; }

    /// <summary>Whether the responses that the kernel has handed on are all in the client's queue: an answer of the
    /// proxy's own may follow them.</summary>
    bool IsSettled { get; }

    /// <summary>Method of the oldest of them.</summary>
    string MethodUnderWay { get; }

    /// <summary>Where its response stands, once something of it has come to the proxy: the kernel may have handed the
    /// beginning of a chunked one to the client.</summary>
    ChunkPosition PositionUnderWay { get; }

    /// <summary>Its status, where the kernel has handed on its beginning.</summary>
    int StatusUnderWay { get; }

    /// <summary>
    /// When the kernel last handed something on; a busy lane is not idle although the proxy sees no bytes.
    /// </summary>
    TimeSpan SinceLastUse { get; }

    /// <summary>Tells that the proxy stands at a clean boundary.</summary>
    /// <param name="requestBytes">Taken from the client's connection since it was accepted.</param>
    /// <param name="responseBytes">Taken from the server's connection since it was made.</param>
    void Publish(long requestBytes, long responseBytes);

    /// <summary>The proxy has relayed the response of the oldest request under way, or its end.</summary>
    /// <param name="status">The response's; 0 where it broke off.</param>
    void FinishOne(int status);

    /// <summary>Ends it. True where requests were handed to the server that have no response yet.</summary>
    bool Close();
}
