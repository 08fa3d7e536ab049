using Jumpgate.Policy;

namespace Jumpgate.Agent.Explain;

/// <summary>One request, or one connection, to judge.</summary>
public sealed record ExplainQuestion
{
    /// <summary>A workload's name, <c>host</c>, or an address.</summary>
    public required string From { get; init; }
    public required string To { get; init; }
    public required ushort Port { get; init; }
    public L4Protocol Protocol { get; init; } = L4Protocol.Tcp;
    /// <summary><c>METHOD TARGET</c>; null asks about the connection only.</summary>
    public string? Request { get; init; }
    /// <summary>
    /// A Kafka request, as <c>API topic=T client=C version=N group=G txn=X acks=N</c>; excludes <see cref="Request"/>.
    /// </summary>
    public string? Kafka { get; init; }
    /// <summary>The request comes over HTTP/2 with prior knowledge, in place of HTTP/1.1.</summary>
    public bool IsHttp2 { get; init; }
    /// <summary>Lines <c>Name: value</c>; over HTTP/2 also pseudo-headers, and Host stands for :authority.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];
}
