using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Jumpgate.Grpc;
using Jumpgate.Testing;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>Who has a certificate may speak as the node that it names, and nobody else.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private string? _serverSerial;

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("tiefighter", StatusCode.OK)]
    [InlineData("xwing", StatusCode.PermissionDenied)]
    [InlineData("client", StatusCode.PermissionDenied)]
    public async Task Node_WithADnsName_SpeaksAsThatNodeOnly(string node, StatusCode expected)
    {
        await using var server = await StartAsync();
        using var certificate = _certificates.Client(n => n.AddDnsName("tiefighter"));

        Assert.Equal(expected, await AskAsync(server, certificate, node));
    }

    [Theory]
    [InlineData("spiffe://empire/node/tiefighter", StatusCode.OK)]
    [InlineData("spiffe://rebels/node/tiefighter", StatusCode.PermissionDenied)]
    [InlineData("spiffe://empire/node/tiefighter/x", StatusCode.PermissionDenied)]
    public async Task Node_WithASpiffeId_OfItsTrustDomain(string uri, StatusCode expected)
    {
        await using var server = await StartAsync();
        using var certificate = _certificates.Client(n => n.AddUri(new Uri(uri)));

        Assert.Equal(expected, await AskAsync(server, certificate, "tiefighter"));
    }

    [Fact]
    public async Task Client_WithoutACertificateOrWithAnotherAuthoritys_IsNoClient()
    {
        await using var server = await StartAsync();
        using var strangers = new TestCertificates();
        using var forged = strangers.Client(n => n.AddDnsName("tiefighter"));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync(server, null, "tiefighter"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync(server, forged, "tiefighter"));
    }

    [Fact]
    public async Task Certificate_Renewed_IsTakenByTheRunningServer()
    {
        await using var server = await StartAsync();
        using var certificate = _certificates.Client(n => n.AddDnsName("tiefighter"));
        await AskAsync(server, certificate, "tiefighter");
        var before = _serverSerial;

        var renewed = _certificates.WriteServer();

        await Testing.Wait.UntilAsync(
            async () => await AskAsync(server, certificate, "tiefighter") == StatusCode.OK && _serverSerial == renewed,
            Wait.Patience, "the renewed certificate");
        Assert.NotEqual(before, renewed);
    }

    [Fact]
    public async Task Start_WithoutItsFiles_SaysWhich()
    {
        var options = XdsLab.Options with { Tls = _certificates.Options with { KeyFile = "/nowhere/key.pem" } };

        var refusal = await Assert.ThrowsAsync<XdsException>(() => XdsLab.StartAsync(options));

        Assert.Contains("/nowhere/key.pem", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<XdsServer> StartAsync()
    {
        var server = await XdsLab.StartAsync(XdsLab.Options with { Tls = _certificates.Options });
        server.Cache.Publish("all", Fences.Snapshot(Bench.Clusters("a")));
        return server;
    }

    private async Task<StatusCode> AskAsync(XdsServer server, X509Certificate2? certificate, string node)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = certificate is null ? null : [certificate],
            RemoteCertificateValidationCallback = (_, server, _, _) =>
            {
                _serverSerial = ((X509Certificate2)server!).SerialNumber;
                return _certificates.HasSigned((X509Certificate2)server);
            },
        };
        using var http = RawCall.Http(server.Address.Port, "https", handler);
        await using var client = SotwClient.Open(http, node);
        await client.SubscribeAsync(XdsType.Cluster);
        client.Call.End();
        return (await client.Call.StatusAsync()).Code;
    }
}
