using Jumpgate.Policy.Workloads;

namespace Jumpgate.Policy.Tests.Workloads;

public sealed class MutualTlsReaderTests
{
    private const string Files = "files: { certificate: '/c/{name}.pem', key: '/c/{name}.key', ca: /c/ca.pem }";

    [Fact]
    public void Read_SdsAndFiles_AreEachWorkloadsOwn()
    {
        var result = WorkloadFileReader.Read("w.yaml", $$"""
            mtls: { sds: /run/spire/sockets/agent.sock, {{Files}} }
            workloads:
              - { name: a, netns: a, spiffe: spiffe://example.org/ns/x/sa/a }
              - { name: b, netns: b }
            """);

        Assert.True(result.IsValid, string.Join('\n', result.Diagnostics));
        var tls = result.Workloads[0].Tls!;
        Assert.Equal("spiffe://example.org/ns/x/sa/a", tls.Id.ToString());
        Assert.Equal("spiffe://example.org", tls.Id.TrustDomain);
        Assert.Equal("/run/spire/sockets/agent.sock", tls.SdsSocket);
        Assert.Equal(new CertificateFiles("/c/a.pem", "/c/a.key", "/c/ca.pem"), tls.Files);
        Assert.Null(result.Workloads[1].Tls);
    }

    [Theory]
    [InlineData("https://example.org/a", "does not begin with spiffe://")]
    [InlineData("SPIFFE://example.org/a", "does not begin with spiffe://")]
    [InlineData("spiffe:///a", "no trust domain")]
    [InlineData("spiffe://Example.org/a", "'E' in its trust domain")]
    [InlineData("spiffe://example.org:80/a", "':' in its trust domain")]
    [InlineData("spiffe://example.org", "write spiffe://example.org/PATH")]
    [InlineData("spiffe://example.org/", "empty path segment")]
    [InlineData("spiffe://example.org/a//b", "empty path segment")]
    [InlineData("spiffe://example.org/a/", "empty path segment")]
    [InlineData("spiffe://example.org/a/../b", "'..'")]
    [InlineData("spiffe://example.org/a%20b", "'%' in its path")]
    [InlineData("spiffe://example.org/a?b", "'?' in its path")]
    [InlineData("spiffe://example.org/\u00e9", "U+00E9 in its path")]
    public void Read_BadId_IsNamedWithItsLine(string id, string reason)
    {
        var result = WorkloadFileReader.Read(
            "w.yaml", $"mtls: {{ {Files} }}\nworkloads:\n  - name: a\n    netns: n\n    spiffe: '{id}'");

        var error = Assert.Single(result.Diagnostics);
        Assert.Equal(5, error.Location.Line);
        Assert.Contains("workloads[0].spiffe", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(reason, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, 255, true)]
    [InlineData(2049, 255, false)]
    [InlineData(2048, 256, false)]
    public void TryParse_Lengths_AreThoseOfTheSpecification(int whole, int domain, bool good)
    {
        var start = $"spiffe://{new string('d', domain)}/";

        Assert.Equal(good, SpiffeId.TryParse(start.PadRight(whole, 'p'), out _, out _));
    }

    [Theory]
    [InlineData("mtls: {}", "neither sds nor files")]
    [InlineData("mtls: { sds: agent.sock }", "no absolute path")]
    [InlineData("mtls: { sds: /run/../agent.sock }", "no absolute path")]
    [InlineData("mtls: { files: { certificate: /a, key: /b } }", "ca")]
    [InlineData("mtls: { spire: /a }", "spire")]
    [InlineData("mtls: 5", "mtls")]
    public void Read_BadBlock_IsRefusedWithAReason(string block, string reason)
    {
        var result = WorkloadFileReader.Read("w.yaml", $"workloads: []\n{block}");

        Assert.Contains(result.Diagnostics, d => d.ToString().Contains(reason, StringComparison.Ordinal)
            && d.Location.Line == 2);
    }

    [Fact]
    public void Read_LongSocketPath_IsRefused() => Assert.Contains(
        "107 at most",
        Assert.Single(
            WorkloadFileReader.Read("w.yaml", $"workloads: []\nmtls: {{ sds: /{new string('x', 107)} }}").Diagnostics)
            .ToString(),
        StringComparison.Ordinal);

    [Fact]
    public void Read_IdWithoutABlock_SaysWhatIsMissing()
    {
        var result =
            WorkloadFileReader.Read("w.yaml", "workloads: [{ name: a, netns: n, spiffe: spiffe://example.org/a }]");

        Assert.Contains("write mtls:", Assert.Single(result.Diagnostics).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sds: /run/agent.sock", true)]
    [InlineData(Files, false)]
    public void Read_TwoTrustDomains_NeedAnSdsServer(string source, bool good)
    {
        var result = WorkloadFileReader.Read("w.yaml", $$"""
            mtls: { {{source}} }
            workloads: [{ name: a, netns: a, spiffe: spiffe://one.org/a }, { name: b, netns: b, spiffe: spiffe://two.org/b }]
            """);

        Assert.Equal(good, result.IsValid);
    }
}
