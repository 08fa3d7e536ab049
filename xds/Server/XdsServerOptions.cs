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

    /// <summary>Resource types that one stream may ask for.</summary>
    public int MaxTypesPerStream { get; init; } = 64;

    /// <summary>Names that one stream may subscribe to, of all types.</summary>
    public int MaxNamesPerStream { get; init; } = 100_000;

    public GrpcOptions Grpc { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
