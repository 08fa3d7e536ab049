using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Jumpgate.Testing;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>An authority of our own, and what it signs, as files.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly X509Certificate2 _authority;
    private int _issued;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CaFile, _authority.ExportCertificatePem());
        WriteServer();
    }

    public string CaFile => Path.Combine(_folder.Path, "ca.pem");

    public XdsTlsOptions Options => new()
    {
        CertificateFile = Path.Combine(_folder.Path, "server.pem"),
        KeyFile = Path.Combine(_folder.Path, "server.key"),
        ClientCaFile = CaFile,
        TrustDomain = "empire",
    };

    /// <summary>Writes another certificate for the server.</summary>
    /// <returns>Its serial number.</returns>
    public string WriteServer()
    {
        using var certificate =
            Issue("server", b => b.AddIpAddress(System.Net.IPAddress.Loopback), "1.3.6.1.5.5.7.3.1");
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Options.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(Options.KeyFile, key.ExportPkcs8PrivateKeyPem());
        return certificate.SerialNumber;
    }

    public X509Certificate2 Client(Action<SubjectAlternativeNameBuilder> names) =>
        Issue("client", names, "1.3.6.1.5.5.7.3.2");

    public bool HasSigned(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private X509Certificate2 Issue(string name, Action<SubjectAlternativeNameBuilder> names, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        names(alternative);
        request.CertificateExtensions.Add(alternative.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var signed = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, (byte)++_issued]);
        using var both = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null);
    }
}
