using System.Net;
using Jumpgate.Grpc;

namespace Jumpgate.Xds;

/// <summary>How an xDS server behaves.</summary>
public sealed record XdsServerOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Certificates; without them the server speaks plaintext, on loopback only.</summary>
    public XdsTlsOptions? Tls { get; init; }

    /// <summary>Plaintext beyond loopback: everybody who reaches the port is whom he says he is.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>What this server calls itself in responses.</summary>
    public string Identifier { get; init; } = "jumpgate";

    /// <summary>A change waits until no other has followed for so long.</summary>
    public TimeSpan DebounceQuiet { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>But no longer than that.</summary>
    public TimeSpan DebounceAtMost { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Make before break waits so long for a client's answer; then the update goes out in spite of it.
    /// </summary>
    public TimeSpan OrderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What goes stays with a client as long as it refuses what no longer refers to it, however long that is; but no
    /// more than so many resources of a type.
    /// </summary>
    public int MaxKeptAfterRejection { get; init; } = 1000;

    /// <summary>Resource types that one stream may ask for.</summary>
    public int MaxTypesPerStream { get; init; } = 64;

    /// <summary>Names that one stream may have kept for it, of all types: what it subscribes to, and what it says it has.
    /// </summary>
    public int MaxNamesPerStream { get; init; } = 100_000;

    /// <summary>Characters of these names, and of the versions that a client says it has of them.</summary>
    public long MaxNameCharactersPerStream { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes in which a node may describe itself (<c>envoy.config.core.v3.Node</c>): kept as long as its
    /// stream. An Envoy lists its extensions there, about 100 KB.</summary>
    public int MaxNodeSize { get; init; } = 1024 * 1024;

    public GrpcOptions Grpc { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
