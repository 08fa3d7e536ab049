using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Jumpgate.Xds.Streams;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Xds.Services;

/// <summary>The server's certificate and clients' authorities, from files that may be renewed while it runs.</summary>
internal sealed class Certificates
{
    private readonly XdsTlsOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile SslServerAuthenticationOptions _current;
    private string _stamp;
    private long _lookedAt;

    /// <exception cref="XdsException">A file cannot be read, or holds something else.</exception>
    public Certificates(XdsTlsOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _stamp = Stamp();
        _lookedAt = time.GetTimestamp();
        try
        {
            _current = Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new XdsException(
                $"xDS certificates {options.CertificateFile}, {options.KeyFile}, {options.ClientCaFile}: {e.Message}",
                e);
        }
    }

    /// <summary>For the next handshake.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_lookedAt) < TimeSpan.FromSeconds(1))
            {
                return _current;
            }

            _lookedAt = _time.GetTimestamp();
            try
            {
                if (Stamp() is var stamp && stamp != _stamp)
                {
                    _current = Load();
                    _stamp = stamp;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // Half of a renewal, most likely: the next look may find the rest.
                var reason = Line.Of(e.Message);
                _logger.CertificatesStay(_options.CertificateFile, reason);
            }
        }

        return _current;
    }

    private SslServerAuthenticationOptions Load()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_options.CertificateFile);
        using var pem = X509Certificate2.CreateFromPemFile(_options.CertificateFile, _options.KeyFile);
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
        if (_options.ClientCaFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            if (authorities.Count == 0)
            {
                throw new CryptographicException($"{file} holds no certificate");
            }

            options.ClientCertificateRequired = true;
            // Our authorities only: what the machine trusts for the web is none of ours.
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(authorities);
            policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
            options.CertificateChainPolicy = policy;
            options.RemoteCertificateValidationCallback = (_, client, _, errors) =>
                client is not null && errors == SslPolicyErrors.None;
        }

        return options;
    }

    private string Stamp() => string.Join(
        '|', new[] { _options.CertificateFile, _options.KeyFile, _options.ClientCaFile }.OfType<string>()
            .Select(f => $"{File.GetLastWriteTimeUtc(f).Ticks}:{(File.Exists(f) ? new FileInfo(f).Length : -1)}"));
}
