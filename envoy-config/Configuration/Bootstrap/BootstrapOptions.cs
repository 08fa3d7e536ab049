using System.Globalization;
using System.Net;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Bootstrap;

/// <summary>How a node finds its agent, and proves who it is.</summary>
public sealed record BootstrapOptions
{
    /// <summary>The workload's name.</summary>
    public required string Node { get; init; }

    /// <summary><c>HOST:PORT</c>, the host a name or an address.</summary>
    public required string Xds { get; init; }

    /// <summary>Who signs the agent's certificate; with it xDS runs over TLS.</summary>
    public string? CaFile { get; init; }

    /// <summary>The node's own certificate and key.</summary>
    public string? CertificateFile { get; init; }
    public string? KeyFile { get; init; }

    /// <summary>What the agent's certificate says, where it is not <see cref="Xds"/>'s host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Plaintext beyond loopback.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>Where the workload's own certificates are, for mutual TLS with others; null: it has none.</summary>
    public WorkloadTls? Tls { get; init; }

    /// <summary>Envoy's admin interface, on loopback.</summary>
    public ushort AdminPort { get; init; } = 15000;

    public string Host => Split().Host;

    public ushort Port => Split().Port;

    /// <returns>What is wrong and the way out; null where nothing is.</returns>
    public string? Error()
    {
        var (host, port) = Split();
        return string.IsNullOrWhiteSpace(Node) ? "--node is empty; give the workload's name, as in the workloads file"
            : Node.Any(char.IsControl) ? "--node holds a control character"
            : host.Length == 0 || port == 0 ? $"--xds is '{Xds}', not HOST:PORT such as 127.0.0.1:18000"
            : (CertificateFile is null) != (KeyFile is null) ? "--cert and --key go together"
            : CertificateFile is not null && CaFile is null
                ? "--cert needs --ca: without TLS nobody asks for a certificate"
            : ServerName is not null && CaFile is null ? "--server-name needs --ca: without TLS nobody has a name"
            : CaFile is not null && AllowPlaintext ? "--plaintext contradicts --ca"
            : CaFile is null && !AllowPlaintext && !IsLoopback(host)
                ? $"xDS at {Xds} without --ca: whoever is on the way could write the policy; give --ca, or ask for --plaintext"
            : AdminPort == 0 ? "--admin-port is 0, which would be any port" : null;
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private (string Host, ushort Port) Split()
    {
        var colon = Xds.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(Xds.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return (string.Empty, default);
        }

        var host = Xds[..colon];
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        return isBracketed ? (host[1..^1], port) : host.Contains(':', StringComparison.Ordinal)
            ? (string.Empty, default) : (host, port);
    }
}
