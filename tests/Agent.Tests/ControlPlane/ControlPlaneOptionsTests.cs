using System.Net;
using Jumpgate.Agent.ControlPlane;

namespace Jumpgate.Agent.Tests.ControlPlane;

public sealed class ControlPlaneOptionsTests
{
    [Theory]
    [InlineData("127.0.0.1:18000", "127.0.0.1:18000")]
    [InlineData("[::1]:18000", "[::1]:18000")]
    public void Listen_AddressAndPort_IsTaken(string text, string expected) =>
        Assert.Equal(
            IPEndPoint.Parse(expected), ControlPlaneServer.Translate(new ControlPlaneOptions { Listen = text }).Listen);

    [Theory]
    [InlineData("18000")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:18000")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    public void Listen_AnythingElse_IsRefusedWithAnExample(string text)
    {
        var refusal = Assert.Throws<AgentException>(() =>
            ControlPlaneServer.Translate(new ControlPlaneOptions { Listen = text }));

        Assert.Contains("127.0.0.1:18000", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_WithHalfOfThem_AreRefused()
    {
        var options = new ControlPlaneOptions { Listen = "127.0.0.1:1" };

        Assert.Throws<AgentException>(() => ControlPlaneServer.Translate(options with { CertificateFile = "a" }));
        Assert.Throws<AgentException>(() => ControlPlaneServer.Translate(options with { ClientCaFile = "a" }));
        Assert.Throws<AgentException>(() => ControlPlaneServer.Translate(
            options with { CertificateFile = "a", KeyFile = "b", AllowPlaintext = true }));
    }
}
